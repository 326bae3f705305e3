"""What was answered to a poll, all in all and side by side for stages or personas, for the team."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from cms.feedback.models import Poll, PollAnswer
from cms.surveys.results import ALL, PERSONA, STAGE, Cell, Column

ORDER = {STAGE: "stage__sort_order", PERSONA: "persona__name"}


@dataclass(frozen=True)
class Table:
    """`lines` hold (answer, [Cell or None for each column]); None: too few to tell apart."""

    columns: list[Column]
    lines: list[tuple[str, list[Cell | None]]]

    @property
    def people(self) -> int:
        """How many answered."""
        return self.columns[0].people


def table(poll: Poll, by: str = STAGE) -> Table:
    """The answers in the poll's order, by the stage of the piece or the persona of the reader. Two queries."""
    options = list(poll.options.order_by("sort_order", "pk").values_list("pk", "text"))
    rows = PollAnswer.objects.filter(poll=poll).order_by(ORDER[by]).values_list(by, f"{by}__name", "option")
    counted: dict[tuple, int] = {}
    names: dict[object, str] = {ALL: _("All")}
    for key, name, option, number in rows.annotate(n=Count("pk")):
        names.setdefault(key, name or _("Not known"))
        for group in (key, ALL):
            counted[group, option] = counted.get((group, option), 0) + number
    known = [key for key in names if key is not None]
    groups = [*known, *([None] if None in names else [])]
    columns = [Column(str(names[key]), sum(counted.get((key, pk), 0) for pk, _t in options)) for key in groups]
    by_key = list(zip(groups, columns, strict=True))
    lines = [(text, [_cell(counted.get((key, pk), 0), column, key) for key, column in by_key]) for pk, text in options]
    return Table(columns, lines)


def _cell(count: int, column: Column, key: object) -> Cell | None:
    """All in all there is always a cell: it tells nobody apart."""
    if column.people and (column.is_enough or key == ALL):
        return Cell(count, round(100 * count / column.people))
    return None
