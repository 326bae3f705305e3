"""Who is told: never nobody."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cms import policy
from cms.models import User
from nurture.contacts.models import Contact


@dataclass(frozen=True)
class Owner:
    """The person, or None for the team queue, and why they, in words."""

    user: User | None
    because: str


def of(contact: Contact) -> Owner:
    """The account's owner, else the stage's, else the stage's backup, else the team queue.

    Somebody who has left, or may not see alerts, is passed over.
    """
    account, stage = contact.account, contact.stage
    candidates = []
    if account:
        candidates.append((account.owner, _("owns the account %s") % account))
    if stage:
        candidates.append((stage.owner, _("owns the stage %s; the account has no owner") % stage))
        candidates.append((stage.backup_owner, _("backs up the stage %s; nobody else is there") % stage))
    for user, because in candidates:
        if user and policy.may(user, "alert.view"):
            return Owner(user, because[:120])
    return Owner(None, _("team queue: neither the account nor the stage has an owner"))


def team() -> list[User]:
    """Who looks after the team queue: the sales managers; where there are none, the admins."""
    active = User.objects.filter(is_active=True).order_by("pk")
    managers = list(active.filter(groups__name=policy.SALES_MANAGER))
    return managers or list(active.filter(groups__name=policy.ADMIN) | active.filter(is_superuser=True))
