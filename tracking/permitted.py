"""What somebody had allowed at a past moment, read from the consent log alone: for whoever has to prove it.

The log is append-only, so the answer for a moment never changes. What counts today is asked elsewhere, from the tables
that are quick to ask (`consent`); both say the same of now (tests/tracking/test_permitted.py).
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tracking import wordings
from tracking.consent import FOR_ALL, LIFTED, OF_THE_ADDRESS, Reason
from tracking.models import ConsentEvent


@dataclass
class Permitted:
    """`marketing` and `other` mail, whether opening is seen, whether links of their mail tell who follows them.

    The first two: nothing said against it, which is no consent by itself.
    """

    marketing: bool
    other: bool
    opens: bool
    clicks: bool


@dataclass
class _Read:
    """The log so far: what stops the address, what stops the person, and the last answer of each purpose."""

    address: set[str] = field(default_factory=set)
    person: set[str] = field(default_factory=set)
    answers: dict[str, bool] = field(default_factory=dict)


def at(subject: UUID, hmac: str, moment: datetime) -> Permitted:
    """What was allowed for this person with the address of this HMAC, just after `moment`. One query."""
    theirs = Q(subject=subject) | Q(address_hmac=hmac)
    read = _Read()
    for row in ConsentEvent.objects.filter(theirs, at__lte=moment).order_by("at", "pk"):
        if row.purpose == wordings.EMAIL:
            _mail(read, row, row.subject == subject, row.address_hmac == hmac)
        elif row.subject == subject:
            read.answers[row.purpose] = row.action == ConsentEvent.Action.GIVEN
    stops = read.address | read.person
    return Permitted(
        marketing=not stops,
        other=not stops & FOR_ALL,
        opens=read.answers.get(wordings.OPEN_TRACKING, False),
        clicks=read.answers.get(wordings.CLICK_PROFILE, True),
    )


def _mail(read: _Read, row: ConsentEvent, is_person: bool, is_address: bool) -> None:
    if row.action == ConsentEvent.Action.GIVEN:
        if is_person:
            read.person.clear()
        if is_address:  # they asked for mail to this very address again
            read.address -= LIFTED
        return
    reason = row.proof.get("reason", Reason.UNSUBSCRIBED)
    if is_address:
        read.address.add(reason)
    if is_person and reason != OF_THE_ADDRESS:
        read.person.add(reason)
