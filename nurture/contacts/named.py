"""What readers say of themselves in a form of the site (cms/gates), and what a form may know of them in turn.

Anybody can type anybody's address. So a contact that was known before changes only when the address is proven: its
mailed link was followed in the browser that sent the form, or that browser made the contact itself. Till then what was
answered waits with the form.
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from cms.feedback import readers
from cms.gates import submissions
from nurture.contacts import domains, facts, identities, people
from nurture.contacts.models import Account, Contact, Identity
from tracking import consent, wordings
from tracking.seen import MAX_AGENT

SOURCE = "form"
FIELDS = ("job_title", "first_name", "last_name", "phone", "street", "postal_code", "city", "region")
STRANGER = {"key": None, "known": {}, "read": set(), "stage": None, "persona": None}


def take(
    *,
    key: UUID,
    email: str,
    fields: dict[str, str],
    consents: list[dict[str, str]],
    visitor: UUID | None,
    is_proven: bool,
    form: str,
    request_facts: dict[str, str],
) -> Contact | None:
    """The contact with this address, made when new, with what they said, in the caller's transaction.

    The browser becomes theirs where it is nobody's. None for an address that no contact can have.
    """
    contact = people.by_address(email)
    is_new = contact is None
    try:
        contact = contact or people.add(email, SOURCE)
    except ValidationError:
        return None
    if is_new or is_proven:
        _fill(contact, fields)
        _consent(contact, consents, key, form, request_facts)
    if visitor and _agreed(visitor):
        identities.identify(contact, visitor, Identity.Kind.FORM, form)
    submissions.belongs_to(key, contact.subject, made=is_new)
    return contact


def prove(*, key: UUID, email: str, fields, consents, form: str, request_facts, **_: Any) -> None:
    """The address is theirs after all: what waited with the form is the contact's now."""
    contact = people.by_address(email)
    if contact:
        _fill(contact, fields)
        _consent(contact, consents, key, form, request_facts)


def reader(request) -> dict[str, Any]:
    """What is known of who reads, for `cms.ports.reader`: of a proven contact only, else of nobody.

    Asked by the visitor key that a form posted; a page that is fetched carries none, and costs no query.
    """
    visitor = readers.visitor(request.POST.get("visitor", "")) if request.method == "POST" else None
    if visitor is None or not _agreed(visitor):
        return STRANGER
    edge = Identity.objects.filter(visitor__key=visitor, revoked_at=None).select_related("contact").first()
    if edge is None or edge.contact.erased_at:
        return STRANGER
    # A form alone proves nobody: its address may have been typed by anyone.
    if edge.kind != Identity.Kind.API and not submissions.owns(visitor, edge.contact.subject):
        return STRANGER
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
    name, domain = fields.get("company", "").strip(), domains.of(contact.email)
    if not name or contact.account_id or domains.is_free(domain) or Account.objects.filter(name__iexact=name).exists():
        return  # an account of that name may be theirs or another: a person decides, the answer stays with the form
    account = domains.account_of(contact.email) or Account.objects.create(name=name[:200], domain=domain)
    facts.fill(contact, {"account": account}, SOURCE)


def _consent(contact: Contact, consents: list[dict[str, str]], key: UUID, form: str, request_facts) -> None:
    proof = {"form": form, "submission": key.hex, "user_agent": request_facts.get("ua", "")[:MAX_AGENT]}
    for said in consents:
        if said["purpose"] in wordings.IN_FORMS:
            wording = said["wording"]
            consent.answer(contact.subject, said["purpose"], True, source=SOURCE, wording=wording, proof=proof)


def _agreed(visitor: UUID) -> bool:
    """They have not taken back that this browser may be recognised."""
    return consent.answers([visitor], wordings.SITE_PROFILE).get(visitor) is not False
