"""Who may do what with the ledger."""

from cms import policy
from cms.policies import WRITERS

policy.declare("link.make", all=WRITERS)
policy.declare_model("tracking.link", add=WRITERS, view=WRITERS)
