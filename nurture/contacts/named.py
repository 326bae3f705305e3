"""What readers say of themselves in a form of the site (cms/gates), and what a form may know of them in turn.

Anybody can type anybody's address. So a contact that was known before changes only when the address is proven: its
mailed link was followed in the browser that sent the form. Till then what was answered waits with the form, and nobody
is mailed for more because a form was sent: that takes a yes which only the reader of the mailbox can give.
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from cms.feedback import readers
from cms.gates import submissions
from nurture.contacts import domains, facts, identities, people
from nurture.contacts.models import Account, Contact, Identity
from tracking import consent, queries, wordings
from tracking.seen import MAX_AGENT

SOURCE = "form"
FIELDS = ("job_title", "first_name", "last_name", "phone", "street", "postal_code", "city", "region", "country")
STRANGER = {"key": None, "known": {}, "read": set(), "stage": None, "persona": None}


def take(
    *,
    key: UUID,
    email: str,
    fields: dict[str, str],
    consents: list[dict[str, str]],
    visitor: UUID | None,
    is_proven: bool,
    is_theirs: bool,
    form: str,
    request_facts: dict[str, str],
) -> Contact | None:
    """The contact with this address, made when new, with what they said, in the caller's transaction.

    A new one is not mailed for more until they say yes. Its browser becomes theirs where it is nobody's; that of
    somebody known only when it is proven or made them. None for an address that no contact can have.
    """
    contact = people.by_address(email)
    is_new = contact is None
    try:
        contact = contact or people.add(email, SOURCE)
    except ValidationError:
        return None
    if is_new:
        _wait_for_yes(contact, key, form, request_facts)
    if is_new or is_theirs:
        _fill(contact, fields)
        _tie(contact, visitor, form)
    if is_proven:
        _take_account(contact, fields)
        _consent(contact, consents, key, form, request_facts)
    submissions.belongs_to(key, contact.subject, made=is_new)
    return contact


def prove(*, key: UUID, email: str, fields, consents, visitor: UUID | None, form: str, request_facts, **_: Any) -> None:
    """Who reads the mailbox agreed to `consents`; what waited with the form, `fields`, is the contact's now."""
    contact = people.by_address(email)
    if contact:
        _fill(contact, fields)
        _take_account(contact, fields)
        _tie(contact, visitor, form)
        _consent(contact, consents, key, form, request_facts)


def reader(request) -> dict[str, Any]:
    """What is known of who reads, for `cms.ports.reader`: of a proven contact; else what this browser took in.

    Asked by the visitor key that a form posted; a page that is fetched carries none, and costs no query.
    """
    visitor = readers.visitor(request)
    if visitor is None or not _agreed(visitor):
        return STRANGER
    edge = Identity.objects.filter(visitor__key=visitor, revoked_at=None).select_related("contact").first()
    if edge is None or edge.contact.erased_at:
        return STRANGER | {"read": queries.read_by([visitor])}
    # A form alone proves nobody: its address may have been typed by anyone.
    if edge.kind != Identity.Kind.API and not submissions.owns(visitor, edge.contact.subject):
        return STRANGER | {"read": queries.read_by([visitor])}
    return _known(edge.contact)


def _known(contact: Contact) -> dict[str, Any]:
    known = {name: value for name in FIELDS if (value := facts.text(contact, name))}
    if contact.account_id:
        known["company"] = str(contact.account_id)
    return {
        "key": contact.subject.hex,
        "known": known | {"email": contact.email},
        "read": people.read_assets(contact),
        "stage": contact.stage_id,
        "persona": contact.persona_id,
    }


def _fill(contact: Contact, fields: dict[str, str]) -> None:
    facts.fill(contact, {name: value for name, value in fields.items() if name in FIELDS}, SOURCE)


def _tie(contact: Contact, visitor: UUID | None, form: str) -> None:
    if visitor and _agreed(visitor):
        identities.identify(contact, visitor, Identity.Kind.FORM, form)


def _take_account(contact: Contact, fields: dict[str, str]) -> None:
    """The account of their mail domain, made from what they call their company. Only of a proven address: whoever has
    an address of that domain joins it."""
    name, domain = fields.get("company", "").strip(), domains.of(contact.email)
    if not name or contact.account_id or domains.is_free(domain) or Account.objects.filter(name__iexact=name).exists():
        return  # an account of that name may be theirs or another: a person decides, the answer stays with the form
    account = domains.account_of(contact.email)
    if account is None:
        account, _made = Account.objects.get_or_create(domain=domain, defaults={"name": name[:200]})
    facts.fill(contact, {"account": account}, SOURCE)


def _wait_for_yes(contact: Contact, key: UUID, form: str, request_facts) -> None:
    """Not mailed for more (consent.refused) before they say yes themselves: a form proves no mailbox."""
    proof = {"form": form, "submission": key.hex, "waits_for": "the button behind the mailed link"}
    consent.ask(contact.subject, wordings.EMAIL, source=SOURCE, proof=proof)


def _consent(contact: Contact, consents: list[dict[str, str]], key: UUID, form: str, request_facts) -> None:
    proof = {"form": form, "submission": key.hex, "user_agent": request_facts.get("ua", "")[:MAX_AGENT]}
    for said in consents:
        if said["purpose"] in wordings.IN_FORMS:
            wording = said["wording"]
            consent.answer(contact.subject, said["purpose"], True, source=SOURCE, wording=wording, proof=proof)


def _agreed(visitor: UUID) -> bool:
    """They have not taken back that this browser may be recognised."""
    return consent.answers([visitor], wordings.SITE_PROFILE).get(visitor) is not False
