"""Who we know: finding people, and what they have read."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from cms import clock
from nurture.contacts import domains, facts
from nurture.contacts.models import Account, Contact, Engagement, FieldChange
from tracking import consent
from tracking.kinds import READING_KINDS


def listed() -> QuerySet[Contact]:
    """Real contacts with what a list shows of them; without those forgotten and the one that `doctor --loop` makes."""
    return Contact.objects.filter(synthetic=False, erased_at=None).select_related("account__owner", "stage", "persona")


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


def by_address(address: str) -> Contact | None:
    """The contact with this mail address."""
    return Contact.objects.filter(email__iexact=consent.normalise(address)).first()


def add(address: str, source: str, **fields) -> Contact:
    """A new contact, at the account of their mail domain unless `account` says otherwise. One address is one person:
    who has it already is given back as they are, even when that was a moment ago. `source` as in `facts.change`.

    Raises ValidationError for what no contact can have.
    """
    if found := by_address(address):
        return found
    try:
        with transaction.atomic():
            return _made(address, source, fields)
    except (IntegrityError, ValidationError):
        if found := by_address(address):  # somebody else added them meanwhile
            return found
        raise


def _made(address: str, source: str, fields: dict[str, Any]) -> Contact:
    fields = {"account": domains.account_of(address)} | fields
    contact = Contact(email=consent.normalise(address), **fields)
    contact.full_clean()
    contact.save()
    known = [name for name in (*fields, "email") if facts.text(contact, name)]
    changes = [
        FieldChange(subject=contact.subject, field=name, new=facts.text(contact, name), at=clock.now(), source=source)
        for name in known
    ]
    FieldChange.objects.bulk_create(changes)
    return contact
