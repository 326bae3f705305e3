"""Readers whose browser says that it does not want to be tracked, and who came by a link of their mail or a share.

Nothing is tied to them: what they did is stored and nobody's, and the signal stands in the consent log as a no to being
recognised by such links, which `pipeline.respect` carries out backwards. Who said yes to that by themselves, on the
preference page, keeps it: the signal is general, their answer is not. A robot says nothing.
"""

from collections.abc import Iterable
from uuid import UUID

from nurture.contacts.models import Contact
from tracking import consent, queries, wordings
from tracking.models import Event
from tracking.models.events import Verdict
from tracking.privacy import SIGNAL

SOURCE = "signal"


def take(events: Iterable[Event], contacts_by_link: dict[UUID, int]) -> None:
    """Take the link off those of `events` that came with a signal, and write the signal of people down. Five
    statements at most, none without a signal. Inside the caller's transaction.
    """
    signalled = [event for event in events if event.properties.get(SIGNAL) and event.link_ref in contacts_by_link]
    if not signalled:
        return
    said = {contacts_by_link[event.link_ref]: event for event in signalled if event.verdict == Verdict.HUMAN}
    subjects = dict(Contact.objects.filter(pk__in=said).values_list("subject", "pk"))
    proofs = {subject: _proof(said[contact]) for subject, contact in subjects.items()}
    consent.object_to(wordings.CLICK_PROFILE, proofs, source=SOURCE)
    queries.unlink(event.uuid for event in signalled)
    for event in signalled:
        event.link_ref = None


def _proof(event: Event) -> dict[str, str]:
    return {"signal": str(event.properties[SIGNAL]), "event": str(event.uuid)}
