"""Who may do what in the newsroom."""

from django.db.models import Q

from cms import policy
from cms.policies import EVERYONE, WRITERS
from cms.policy import ANALYST, EDITOR, MARKETER

policy.declare("calendar.view", all=EVERYONE)
policy.declare("calendar.change", all=WRITERS)
policy.declare(
    "entry.discuss",
    all=WRITERS,
    own=tuple(sorted(set(EVERYONE) - set(WRITERS))),
    whose=lambda user: Q(invited=user) | Q(assignments__assignee=user),
)
policy.declare("plan.import", all=WRITERS)
policy.declare("plan.undo", all=(MARKETER,), own=(EDITOR,), whose=lambda user: Q(user=user))
policy.declare("coverage.view", all=EVERYONE)
policy.declare("interest.view", all=(*WRITERS, ANALYST))
policy.declare_model("editorial.interest", add=WRITERS, change=WRITERS, delete=WRITERS, view=(*WRITERS, ANALYST))
policy.declare("mix.view", all=(*WRITERS, ANALYST))
policy.declare_model("editorial.mixtarget", add=WRITERS, change=WRITERS, delete=WRITERS, view=(*WRITERS, ANALYST))
policy.declare_model("editorial.entry", add=WRITERS, change=WRITERS, delete=WRITERS, view=EVERYONE)
policy.declare_model("editorial.briefpoint", add=WRITERS, change=WRITERS, delete=WRITERS, view=WRITERS)
policy.declare_model("editorial.coveragelevels", change=WRITERS)
policy.declare_model("editorial.slotrule", add=WRITERS, change=WRITERS, delete=WRITERS, view=WRITERS)
