"""Who may do what with contacts, rules, mail and alerts. A salesperson sees the contacts of their own accounts."""

from django.db.models import Q

from cms import policy
from cms.policy import ANALYST, MARKETER, SALES_MANAGER, SALESPERSON, SERVICE
from nurture.sales.models import Alert


def own_contacts(user) -> Q:
    """The people of one's accounts, and those one was alerted to call."""
    return Q(account__owner=user) | Q(pk__in=Alert.objects.filter(owner=user).values("contact"))


policy.declare("contact.view", all=(MARKETER, SALES_MANAGER, SERVICE, ANALYST), own=(SALESPERSON,), whose=own_contacts)
policy.declare(
    "contact.change",
    all=(MARKETER, SALES_MANAGER),
    own=(SALESPERSON,),
    whose=lambda user: Q(account__owner=user),
)
policy.declare("contact.erase")
policy.declare("contact.merge", all=(MARKETER, SALES_MANAGER))
policy.declare("happening.import", all=(MARKETER, SALES_MANAGER))
policy.declare(
    "account.view",
    all=(MARKETER, SALES_MANAGER, SERVICE, ANALYST),
    own=(SALESPERSON,),
    whose=lambda user: Q(owner=user),
)
policy.declare("account.change", all=(MARKETER, SALES_MANAGER))
policy.declare("alert.view", all=(MARKETER, SALES_MANAGER), own=(SALESPERSON,), whose=lambda user: Q(owner=user))
policy.declare("alert.decide", all=(SALES_MANAGER,), own=(SALESPERSON, MARKETER), whose=lambda user: Q(owner=user))
policy.declare("piece.find", all=(MARKETER, SALES_MANAGER, SALESPERSON, SERVICE))
policy.declare("piece.share", all=(MARKETER, SALES_MANAGER, SERVICE), own=(SALESPERSON,), whose=own_contacts)
policy.declare("mail.view", all=(MARKETER, ANALYST))
policy.declare("mail.send", all=(MARKETER,))
policy.declare("survey.send", all=(MARKETER,))
policy.declare("work.view", all=(MARKETER, ANALYST))
policy.declare("work.retry", all=(MARKETER,))

policy.declare_model(
    "nurture.rule",
    add=(MARKETER,),
    change=(MARKETER,),
    delete=(MARKETER,),
    publish=(MARKETER,),
    view=(MARKETER, ANALYST),
)
policy.declare_model(
    "nurture.emailtemplate",
    add=(MARKETER,),
    change=(MARKETER,),
    delete=(MARKETER,),
    publish=(MARKETER,),
    view=(MARKETER, ANALYST),
)
policy.declare_model("nurture.account", add=(MARKETER, SALES_MANAGER), change=(MARKETER, SALES_MANAGER))
policy.declare_model("nurture.contact", add=(MARKETER, SALES_MANAGER), change=(MARKETER, SALES_MANAGER))
