"""What there is to know of an entry before one writes, to be read and not changed: beside the page editor, and in the
calendar's dialog."""

from editorial import interviews, work
from editorial.models import Entry


def shown(entry: Entry | None, brief: list | None = None) -> dict:
    """What the template `editorial/panels/brief.html` needs. Six queries and those of the interviews; none without an
    entry."""
    if entry is None:
        return {"entry": None, "brief": [], "readonly": True}
    return {
        "entry": entry,
        "brief": work.brief(entry) if brief is None else brief,
        "readonly": True,
        "steps": entry.assignments.filter(done_at=None).select_related("assignee"),
        "decisions": entry.remarks.filter(is_decision=True),
        "waivers": entry.waivers.all(),
        "interviews": [(one, interviews.state(one), interviews.why_closed(one)) for one in interviews.of(entry)],
    }
