"""Who may do what with the ledger."""

from cms import policy
from cms.policies import WRITERS
from cms.policy import ANALYST, MARKETER

policy.declare("link.make", all=WRITERS)
policy.declare("site.manage", all=(MARKETER,))
policy.declare_model("tracking.trackedsite", add=(MARKETER,), change=(MARKETER,), view=(MARKETER,))
policy.declare("write_key.manage", all=(MARKETER,))
policy.declare_model("tracking.writekey", add=(MARKETER,), view=(MARKETER,), delete=(MARKETER,))
policy.declare("ledger.view", all=(*WRITERS, ANALYST))
policy.declare_model("tracking.link", add=WRITERS, view=WRITERS)
