"""Who may do what in the library."""

from django.db.models import Q

from cms import policy
from cms.policy import ANALYST, EDITOR, MARKETER, SALES_MANAGER, SALESPERSON, SERVICE

EVERYONE = (EDITOR, MARKETER, SALESPERSON, SALES_MANAGER, SERVICE, ANALYST)
WRITERS = (EDITOR, MARKETER)
NOTERS = (EDITOR, MARKETER, SALESPERSON, SALES_MANAGER, SERVICE)

policy.declare("job.view", all=(), own=EVERYONE, whose=lambda user: Q(created_by=user))
policy.declare("import.run", all=WRITERS)
policy.declare("stuck.decide")
policy.declare("health.view")
policy.declare("outsider.forget", all=(MARKETER,))
policy.declare("scorecard.view", all=(EDITOR, MARKETER, SALES_MANAGER, ANALYST))
policy.declare("piece.name", all=WRITERS)
policy.declare("piece.use", all=EVERYONE)
policy.declare("piece.note", all=NOTERS)
policy.declare("piece.unnote", all=(MARKETER,), own=NOTERS, whose=lambda user: Q(user=user))
policy.declare("cycle.view", all=EVERYONE)
policy.declare("cycle.sign", all=(SALESPERSON, SALES_MANAGER))
policy.declare("placement.view", all=(EDITOR, MARKETER, SALESPERSON, SALES_MANAGER))
policy.declare("placement.judge", all=(SALESPERSON, SALES_MANAGER))
policy.declare("sales_feedback.give", all=(SALESPERSON, SALES_MANAGER))
policy.declare("topic.merge", all=(MARKETER,))
policy.declare("import.undo", all=(MARKETER,), own=(EDITOR,), whose=lambda user: Q(user=user))
policy.declare("comment.moderate", all=WRITERS)
policy.declare(
    "comment.answer",
    all=WRITERS,
    own=(SALESPERSON, SALES_MANAGER, SERVICE, ANALYST),
    whose=lambda user: Q(asset__author__user=user),
)
policy.declare("persona.view", all=EVERYONE)
policy.declare("persona.note", all=WRITERS)
policy.declare("survey.make", all=(MARKETER,))
policy.declare("survey.results", all=(MARKETER, ANALYST))
policy.declare("gate.read", all=(MARKETER, SALES_MANAGER))
policy.declare("agreement.view", all=(MARKETER, SALESPERSON, SALES_MANAGER))
policy.declare("agreement.sign", all=(SALESPERSON, SALES_MANAGER))
policy.declare("agreement.withdraw", all=(MARKETER, SALESPERSON, SALES_MANAGER))

for model in ("topic", "objection", "author", "campaign", "vehicle"):
    policy.declare_model(f"cms.{model}", add=WRITERS, change=WRITERS, delete=(MARKETER,), view=WRITERS)
policy.declare_model("cms.persona", add=WRITERS, change=WRITERS, delete=(MARKETER,), view=(*WRITERS, ANALYST))
policy.declare_model("cms.poll", add=WRITERS, change=WRITERS, delete=(MARKETER,), view=WRITERS)
policy.declare_model("cms.survey", add=(MARKETER,), change=(MARKETER,), delete=(MARKETER,), view=(MARKETER, ANALYST))
policy.declare_model(
    "cms.gate", add=WRITERS, change=WRITERS, delete=(MARKETER,), view=(*WRITERS, SALES_MANAGER, ANALYST)
)
policy.declare_model("cms.buyingstage", add=(MARKETER,), change=(MARKETER,), view=EVERYONE)
policy.declare_model("cms.signalagreement", add=(MARKETER,), change=(MARKETER,), publish=(), view=EVERYONE)
policy.declare_model("cms.librarydocument", add=WRITERS, change=WRITERS, delete=WRITERS, choose=WRITERS)
policy.declare_model("cms.libraryimage", add=WRITERS, change=WRITERS, delete=WRITERS, choose=WRITERS)
