"""Contacts over HTTP, for those who may see them. People are named by `subject`, never by a number or an address."""

from uuid import UUID

from ninja import Query, Router, Schema

from cms import policy
from nurture.contacts.models import Contact

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


def _visible(request):
    found = policy.visible(request.user, "contact.view", Contact.objects.filter(synthetic=False))
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
