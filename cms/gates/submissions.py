"""What readers send through a gate: taken once, told to the ledger and to who knows people, answered by mail."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cms import clock
from cms.feedback import limits
from cms.gates import letters
from cms.gates.models import Gate, GateDay, GateSubmission
from cms.signals import address_proven, form_submitted, reader_named

State = GateSubmission.State
FASTEST_SECONDS = 1.5  # with a browser that fills in forms by itself, nobody is faster
MOST_LINKS = 2
MOST_MAILS = 5  # of one form
MAILS_A_DAY, A_DAY = 3, timedelta(days=1)  # to one address that is not proven
A_NETWORK_AN_HOUR, AN_ADDRESS_A_DAY, ALL_A_MINUTE = 20, 12, 240
REASONS = {
    "trap": _("Filled in a field that people do not see"),
    "links": _("Holds more than two links"),
}
_LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)


class TooFastError(Exception):
    """Sent faster than a person can: the same form sent once more is taken."""


@dataclass(frozen=True)
class Posting:
    """What came with the form besides its answers."""

    key: UUID
    age: float
    trap: str = ""
    network_key: str = ""
    visitor: UUID | None = None
    link_token: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def count_opened(gate: Gate, asset_id: int) -> None:
    """The form was opened from the piece."""
    today = clock.now().date()
    of_day = GateDay.objects.filter(gate=gate, asset=asset_id, day=today)
    if not of_day.update(opened=F("opened") + 1):
        made = GateDay.objects.bulk_create([GateDay(gate=gate, asset_id=asset_id, day=today)], ignore_conflicts=True)
        of_day.update(opened=F("opened") + len(made))


def take(offer, *, email: str, answers: list[dict], consents: list[dict], posting: Posting) -> GateSubmission:
    """Keep what was sent, once; tell who is concerned; mail the link. All in one transaction.

    What looks like a robot's is held back, mails nobody and tells nobody. Raises limits.TooManyError, TooFastError.
    """
    if same := GateSubmission.objects.filter(key=posting.key).first():
        return same
    if posting.age < FASTEST_SECONDS:
        raise TooFastError
    email = email.strip().lower()
    reasons = _reasons(answers, posting)
    submission = GateSubmission(
        key=posting.key,
        gate=offer.gate,
        asset=offer.piece,
        asset_title=offer.piece.title[:255],
        state=State.HELD if reasons else State.TAKEN,
        reasons=reasons,
        email=email,
        answers=answers,
        consents=consents,
        visitor=posting.visitor,
        link_token=posting.link_token,
        network_key=posting.network_key,
        facts=posting.facts if reasons else {},
        posted_at=clock.now(),
    )
    return _store(submission, posting.facts)


def _store(submission: GateSubmission, facts: dict[str, Any]) -> GateSubmission:
    """Where the same form comes twice at once, the second finds the first."""
    try:
        with transaction.atomic():
            limits.take_turn()
            _limit(submission.email, submission.network_key)
            submission.save(force_insert=True)
            if submission.state == State.TAKEN:
                _accept(submission, facts)
    except IntegrityError:
        found = GateSubmission.objects.filter(key=submission.key).first()
        if found is None:
            raise
        return found
    return submission


def _accept(submission: GateSubmission, facts: dict[str, Any]) -> None:
    proven = is_proven(submission)
    reader_named.send(GateSubmission, **_said(submission, proven, facts))
    submission.refresh_from_db()
    form_submitted.send(
        GateSubmission,
        asset_id=submission.asset_id,
        gate_id=submission.gate_id,
        form=submission.gate.name,
        key=submission.key,
        # Typed by anybody: what somebody known did is theirs only once it is proven.
        subject=submission.subject if is_theirs(submission) else None,
        visitor=submission.visitor,
        link_token=submission.link_token,
        request_facts=facts,
        sent_at=submission.posted_at,
    )
    may_mail = proven or not _is_mailed_enough(submission)
    mailed_at = clock.now() if may_mail else None
    GateSubmission.objects.filter(pk=submission.pk).update(link_token="", mails=int(may_mail), mailed_at=mailed_at)
    if may_mail:
        letters.send_files(submission)


def _is_mailed_enough(submission: GateSubmission) -> bool:
    """Whose address others type gets a few of these mails a day; the files stand on the page in any case."""
    theirs = GateSubmission.objects.filter(email=submission.email, mailed_at__gt=clock.now() - A_DAY)
    return theirs.count() >= MAILS_A_DAY or theirs.filter(pk=submission.pk).exists()


def belongs_to(key: UUID, subject: UUID, *, made: bool) -> None:
    """Who sent it, said by who knows people; `made`: nobody was known under the address before."""
    GateSubmission.objects.filter(key=key).update(subject=subject, made_contact=made)


def is_proven(submission: GateSubmission) -> bool:
    """Has this browser shown before that the address is theirs?"""
    if submission.visitor is None:
        return False
    theirs = GateSubmission.objects.filter(visitor=submission.visitor, email=submission.email, state=State.TAKEN)
    return theirs.filter(proven_at__isnull=False).exists()


def is_theirs(submission: GateSubmission) -> bool:
    """Is it the contact's doing? Proven, or this browser was the first to give the address."""
    if submission.made_contact:
        return True
    if submission.visitor is None:
        return False
    theirs = GateSubmission.objects.filter(visitor=submission.visitor, email=submission.email, state=State.TAKEN)
    return theirs.filter(Q(made_contact=True) | Q(proven_at__isnull=False)).exists()


def owns(visitor: UUID, subject: UUID) -> bool:
    """Did whoever reads the mail of this contact follow its link in this browser? Then it is theirs."""
    return GateSubmission.objects.filter(visitor=visitor, subject=subject, proven_at__isnull=False).exists()


@transaction.atomic
def prove(submission: GateSubmission, visitor: UUID | None, facts: dict[str, Any], agreed: Iterable[str] = ()) -> bool:
    """The mailed link was followed and its button pressed; `agreed`: the purposes ticked there. Did it prove anything?

    Pressed where the form was sent it proves all of it. Elsewhere it might be somebody whose address another person
    typed: what they tick is theirs, what the form says is not.
    """
    said = _said(submission, True, facts)
    said["consents"] = [one for one in submission.consents if one["purpose"] in set(agreed)]
    is_same = submission.visitor is not None and submission.visitor == visitor
    first = GateSubmission.objects.filter(pk=submission.pk, proven_at=None)
    if not (is_same and first.update(proven_at=clock.now())):
        if not said["consents"]:
            return False
        said |= {"fields": {}, "visitor": None}
    address_proven.send(GateSubmission, **said)
    return True


@transaction.atomic
def release(submission: GateSubmission, user) -> bool:
    """Held back, but a person's: as if it had come now. False where it was not held."""
    mine = GateSubmission.objects.filter(pk=submission.pk, state=State.HELD)
    if not mine.update(state=State.TAKEN):
        return False
    submission.refresh_from_db()
    log(submission.gate, "gate.release", user=user, data={"submission": submission.pk})
    _accept(submission, submission.facts)
    GateSubmission.objects.filter(pk=submission.pk).update(facts={})
    return True


@transaction.atomic
def revoke(submission: GateSubmission, user) -> bool:
    """Its links give no file any more, wherever they lie. False where that was so already."""
    if not GateSubmission.objects.filter(pk=submission.pk, revoked_at=None).update(revoked_at=clock.now()):
        return False
    log(submission.gate, "gate.revoke", user=user, data={"submission": submission.pk})
    return True


def send_again(submission: GateSubmission, *, by_mail: bool) -> None:
    """A new link to the same address. `by_mail`: who asks has the one that was mailed; else it may be somebody who
    typed another's address, and the limit of a day counts. Raises limits.TooManyError."""
    with transaction.atomic():
        free = GateSubmission.objects.filter(pk=submission.pk, mails__lt=MOST_MAILS).exclude(email="")
        if not (by_mail or is_proven(submission)):
            if _is_mailed_enough(submission):
                raise limits.TooManyError(_("It was mailed today already. Look into the mailbox, or come tomorrow."))
            free = free.exclude(mailed_at__gt=clock.now() - A_DAY)  # of two at once, one
        if not free.update(mails=F("mails") + 1, mailed_at=clock.now()):
            raise limits.TooManyError(_("This link was mailed several times. Fill in the form at the piece again."))
        letters.send_files(submission)


def _said(submission: GateSubmission, proven: bool, facts: dict[str, Any]) -> dict[str, Any]:
    given = [answer for answer in submission.answers if answer["fills"] and answer["value"]]
    return {
        "key": submission.key,
        "email": submission.email,
        "fields": {answer["fills"]: answer["value"] for answer in given},
        "consents": submission.consents,
        "visitor": submission.visitor,
        "is_proven": proven,
        "is_theirs": proven or is_theirs(submission),
        "form": submission.gate.name,
        "request_facts": facts,
    }


def _limit(email: str, network_key: str) -> None:
    rows = GateSubmission.objects.all()
    if limits.is_over(rows, "posted_at", ALL_A_MINUTE, 60):
        raise limits.TooManyError(_("More forms come in than we can take just now. Try again in a few minutes."))
    if network_key and limits.is_over(rows.filter(network_key=network_key), "posted_at", A_NETWORK_AN_HOUR, 3600):
        raise limits.TooManyError(_("Many forms came from your network within an hour. Try again later."))
    if limits.is_over(rows.filter(email=email), "posted_at", AN_ADDRESS_A_DAY, 24 * 3600):
        raise limits.TooManyError(_("Many files were asked for with this address today. Try again tomorrow."))


def _reasons(answers: list[dict], posting: Posting) -> list[str]:
    text = " ".join(answer["value"] for answer in answers)
    found = {"trap": bool(posting.trap), "links": len(_LINK.findall(text)) > MOST_LINKS}
    return [reason for reason, is_so in found.items() if is_so]


NETWORKS, HELD, ANSWERS = timedelta(days=1), timedelta(days=90), timedelta(days=365)
A_TURN = 500


def forget() -> int:
    """One bounded turn of giving up what is no longer needed; how many rows. The contact keeps what it was told."""
    now = clock.now()
    rows = GateSubmission.objects.order_by("pk")
    held = rows.filter(state=State.HELD, posted_at__lt=now - HELD).values_list("pk", flat=True)[:A_TURN]
    done = GateSubmission.objects.filter(pk__in=list(held)).delete()[0]
    old = rows.filter(posted_at__lt=now - ANSWERS).exclude(email="").values_list("pk", flat=True)[:A_TURN]
    done += scrub(GateSubmission.objects.filter(pk__in=list(old)))
    networks = rows.filter(posted_at__lt=now - NETWORKS).exclude(network_key="").values_list("pk", flat=True)[:A_TURN]
    return done + GateSubmission.objects.filter(pk__in=list(networks)).update(network_key="")


def scrub(rows) -> int:
    """That it was sent stays, for the figures; who sent it and what they said goes, and its links end. How many."""
    nobody = {
        "email": "",
        "answers": [],
        "consents": [],
        "subject": None,
        "visitor": None,
        "link_token": "",
        "facts": {},
    }
    return rows.update(**nobody, network_key="", revoked_at=clock.now())
