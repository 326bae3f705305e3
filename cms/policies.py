"""Who may do what in the library."""

from django.db.models import Q

from cms import policy
from cms.policy import ANALYST, EDITOR, MARKETER, SALES_MANAGER, SALESPERSON, SERVICE

EVERYONE = (EDITOR, MARKETER, SALESPERSON, SALES_MANAGER, SERVICE, ANALYST)
WRITERS = (EDITOR, MARKETER)

policy.declare("job.view", all=(), own=EVERYONE, whose=lambda user: Q(created_by=user))
policy.declare("import.run", all=WRITERS)
policy.declare("agreement.view", all=(MARKETER, SALESPERSON, SALES_MANAGER))
policy.declare("agreement.sign", all=(SALESPERSON, SALES_MANAGER))
policy.declare("agreement.withdraw", all=(MARKETER, SALESPERSON, SALES_MANAGER))

for model in ("persona", "topic", "author", "campaign", "vehicle"):
    policy.declare_model(f"cms.{model}", add=WRITERS, change=WRITERS, delete=(MARKETER,), view=WRITERS)
policy.declare_model("cms.buyingstage", add=(MARKETER,), change=(MARKETER,), view=EVERYONE)
policy.declare_model("cms.signalagreement", add=(MARKETER,), change=(MARKETER,), publish=(), view=EVERYONE)
policy.declare_model("cms.librarydocument", add=WRITERS, change=WRITERS, delete=WRITERS, choose=WRITERS)
policy.declare_model("cms.libraryimage", add=WRITERS, change=WRITERS, delete=WRITERS, choose=WRITERS)
