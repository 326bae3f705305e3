"""What others may ask of mail."""

from collections.abc import Iterable
from uuid import UUID

from nurture.mail.models import Delivery


def contacts_by_ref(refs: Iterable[UUID]) -> dict[UUID, int]:
    """{delivery ref: contact id} for those of `refs` that are mails to a contact. One query."""
    found = Delivery.objects.filter(ref__in=set(refs), contact__isnull=False)
    return dict(found.values_list("ref", "contact_id"))
