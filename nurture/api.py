"""Contacts over HTTP, for those who may see them. People are named by `subject`, never by a number or an address."""

from datetime import datetime
from uuid import UUID

from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from cms import clock, policy
from cms.models import AssetPage
from nurture.contacts import offline
from nurture.contacts.models import Contact
from tracking import told
from tracking.kinds import OFFLINE_KINDS

router = Router()


class ContactOut(Schema):
    """A contact as far as a salesperson needs it."""

    subject: UUID
    email: str
    first_name: str
    last_name: str
    job_title: str
    account: str | None
    stage: str | None
    persona: str | None


class ContactsOut(Schema):
    """One page of contacts; `after` asks for the next, and is null on the last."""

    items: list[ContactOut]
    after: int | None


@router.get("/contacts", response=ContactsOut, summary="Contacts you may see, by age")
def contacts(request, after: int = Query(0, ge=0), limit: int = Query(20, ge=1, le=100)):
    """Contacts after the mark `after`, at most `limit`; a salesperson gets those of their own accounts."""
    rows = list(_visible(request).filter(pk__gt=after).order_by("pk")[: limit + 1])
    more = rows[limit - 1].pk if len(rows) > limit else None
    return {"items": [shape(contact) for contact in rows[:limit]], "after": more}


@router.get("/contacts/{subject}", response=ContactOut, summary="One contact")
def contact(request, subject: UUID):
    """The contact; somebody else's and a missing one answer alike: 404."""
    return shape(policy.get_visible(request.user, "contact.view", _visible(request), subject=subject))


class EventIn(Schema):
    """Something that happened with a contact away from any browser. `uuid` is yours: the same one again is harmless."""

    uuid: UUID
    contact: UUID
    kind: str
    occurred_at: datetime
    about: str = Field("", max_length=offline.MAX_ABOUT)
    note: str = Field("", max_length=offline.MAX_NOTE)
    asset: int | None = Field(None, ge=1, le=2**63 - 1)


class EventOut(Schema):
    """What became of it: created, or duplicate."""

    uuid: UUID
    state: str


@router.post("/events", response={201: EventOut, 200: EventOut}, summary="Tell what happened with a contact")
def event(request, said: EventIn):
    """A meeting, a call …, of a contact you may change (`contact`: its subject). 201 when new, 200 when known."""
    if said.kind not in OFFLINE_KINDS:
        raise HttpError(422, f"kind: {said.kind!r} is none of {', '.join(OFFLINE_KINDS)}")
    if said.occurred_at.tzinfo is None:
        raise HttpError(422, "occurred_at: has no time zone; end it with Z or +01:00")
    if not told.EARLIEST <= said.occurred_at <= clock.now():
        raise HttpError(422, f"occurred_at: must be between {told.EARLIEST.year} and now")
    if said.asset and not AssetPage.objects.filter(pk=said.asset).exists():
        raise HttpError(422, f"asset: no piece has the id {said.asset}")
    mine = Contact.objects.filter(synthetic=False, erased_at=None)
    contact = policy.get_visible(request.user, "contact.change", mine, subject=said.contact)
    words = {"about": said.about, "note": said.note, "asset_id": said.asset}
    is_new = offline.tell(contact, said.kind, said.occurred_at, "rest", said.uuid, **words)
    return Status(201 if is_new else 200, {"uuid": said.uuid, "state": "created" if is_new else "duplicate"})


def _visible(request):
    found = policy.visible(request.user, "contact.view", Contact.objects.filter(synthetic=False, erased_at=None))
    return found.select_related("account", "stage", "persona")


def shape(contact: Contact) -> dict:
    """A contact as the API shows it."""
    return {
        "subject": contact.subject,
        "email": contact.email,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "job_title": contact.job_title,
        "account": contact.account.name if contact.account else None,
        "stage": contact.stage.slug if contact.stage else None,
        "persona": contact.persona.slug if contact.persona else None,
    }
