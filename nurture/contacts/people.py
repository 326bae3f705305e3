"""Who we know: finding people, and what they have read."""

from django.db.models import Q, QuerySet

from nurture.contacts.models import Account, Contact, Engagement
from tracking.kinds import READING_KINDS


def listed() -> QuerySet[Contact]:
    """Real contacts with what a list shows of them; without the one that `doctor --loop` makes."""
    return Contact.objects.filter(synthetic=False).select_related("account__owner", "stage", "persona")


def search(contacts: QuerySet[Contact], words: str) -> QuerySet[Contact]:
    """Those in whose name, mail address, job or account every word occurs."""
    for word in words.split()[:6]:
        contacts = contacts.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
            | Q(job_title__icontains=word)
            | Q(account__name__icontains=word)
        )
    return contacts


def search_accounts(accounts: QuerySet[Account], words: str) -> QuerySet[Account]:
    """Those in whose name, domain, city or industry every word occurs."""
    for word in words.split()[:6]:
        accounts = accounts.filter(
            Q(name__icontains=word) | Q(domain__icontains=word) | Q(city__icontains=word) | Q(industry__icontains=word)
        )
    return accounts


def reading() -> QuerySet[Engagement]:
    """What contacts took in, robots left out, newest first."""
    taken_in = Engagement.objects.filter(human=True, kind__in=READING_KINDS, asset__isnull=False)
    return taken_in.order_by("-occurred_at", "-pk")


def read_assets(contact: Contact) -> set[int]:
    """Ids of the pieces this contact has taken in."""
    return set(reading().filter(contact=contact).order_by().values_list("asset_id", flat=True).distinct())
