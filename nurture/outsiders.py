"""What is kept under the address of somebody who is no contact: mails that other apps sent them."""

from nurture.contacts.models import Contact
from nurture.erasing import forget_mails
from nurture.mail.models import Delivery
from tracking import consent


def forget_address(address: str) -> None:
    """Their mails say nothing any more, and nobody mails them again. A contact's are the contact's: an administrator
    forgets those with the person.
    """
    if Contact.objects.filter(email__iexact=address, erased_at=None).exists():
        return
    hmac = consent.address_hmac(address)
    consent.suppress(hmac, consent.Reason.OBJECTION, source="erasure")
    forget_mails(Delivery.objects.filter(address_hmac=hmac))
