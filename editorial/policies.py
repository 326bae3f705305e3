"""Who may do what in the newsroom."""

from cms import policy
from cms.policies import EVERYONE, WRITERS

policy.declare("calendar.view", all=EVERYONE)
policy.declare("calendar.change", all=WRITERS)
policy.declare("coverage.view", all=EVERYONE)
policy.declare_model("editorial.entry", add=WRITERS, change=WRITERS, delete=WRITERS, view=EVERYONE)
