"""Suppression and the consent log: who must not be mailed, and what they said about it."""

import contextlib
import unicodedata
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from cms import clock
from tracking import batches, tokens
from tracking.models import ConsentEvent, Pending, Suppression
from tracking.signals import address_suppressed

Scope, Reason = Suppression.Scope, Suppression.Reason
OF_THE_ADDRESS = Reason.HARD_BOUNCE  # says nothing of the person, who may get another address
FOR_ALL = frozenset({Reason.COMPLAINT, Reason.OBJECTION, OF_THE_ADDRESS})  # stop mail of any kind; others marketing
LIFTED = frozenset({Reason.UNSUBSCRIBED, Reason.MANUAL})  # by asking for mail again


def normalise(address: str) -> str:
    """The form under which an address is recognised: trimmed, NFC, lower case, domain in IDNA. Dots and plus stay."""
    local, _, domain = unicodedata.normalize("NFC", address.strip()).lower().rpartition("@")
    with contextlib.suppress(UnicodeError):  # what is no domain cannot be mailed, but is the same text each time
        domain = domain.encode("idna").decode()
    return f"{local}@{domain}"


def address_hmac(address: str) -> str:
    """The key of an address in the suppression list; the address cannot be read back from it."""
    return tokens.keyed_hash("address", normalise(address))


def suppress(hmac: str, reason: str, *, source: str, subject: UUID | None = None, proof: dict[str, Any] | None = None):
    """Write the suppression and the line of the consent log, once: saying it again changes nothing.

    Complaints, hard bounces and objections stop all mail; an unsubscribe stops marketing.
    """
    scope = Scope.GLOBAL if reason in FOR_ALL else Scope.STREAM
    now = clock.now()
    with transaction.atomic():
        _, created = Suppression.objects.get_or_create(
            address_hmac=hmac, scope=scope, reason=reason, defaults={"created_at": now}
        )
        if not created:
            return
        ConsentEvent.objects.create(
            subject=subject,
            address_hmac=hmac,
            purpose="email",
            action=ConsentEvent.Action.WITHDRAWN,
            source=source,
            proof={**(proof or {}), "reason": str(reason)},
            at=now,
        )
        transaction.on_commit(lambda: address_suppressed.send(None, address_hmac=hmac), robust=True)


def suppressed(hmacs: Iterable[str]) -> dict[str, set[str]]:
    """{hmac: scopes} for those of `hmacs` that are suppressed at all. One query."""
    found: dict[str, set[str]] = {}
    for hmac, scope in Suppression.objects.filter(address_hmac__in=set(hmacs)).values_list("address_hmac", "scope"):
        found.setdefault(hmac, set()).add(scope)
    return found


def refused(subjects: Iterable[UUID]) -> dict[UUID, set[str]]:
    """{subject: scopes} for those who said, under whatever address, that they want no mail. One query.

    The suppression list knows addresses; who unsubscribed and then got another address has not agreed to anything.
    A bounce says something of the address alone, so it does not follow the person to a corrected one.
    """
    said = ConsentEvent.objects.filter(subject__in=set(subjects), purpose="email").order_by("at", "pk")
    found: dict[UUID, set[str]] = {}
    for subject, action, proof in said.values_list("subject", "action", "proof"):
        reason = proof.get("reason", Reason.UNSUBSCRIBED)
        if action == ConsentEvent.Action.GIVEN:
            found.pop(subject, None)
        elif reason != OF_THE_ADDRESS:
            scope = Scope.GLOBAL if reason in FOR_ALL else Scope.STREAM
            found.setdefault(subject, set()).add(str(scope))
    return found


def answers(subjects: Iterable[UUID], purpose: str) -> dict[UUID, bool]:
    """{subject: did they say yes last?} for those who ever said anything of this purpose. One query.

    A subject is a contact's, or the key that a browser made for itself.
    """
    said = ConsentEvent.objects.filter(subject__in=set(subjects), purpose=purpose).order_by("at", "pk")
    given = ConsentEvent.Action.GIVEN
    return {subject: action == given for subject, action in said.values_list("subject", "action")}


def answer(subject: UUID, purpose: str, yes: bool, *, source: str, wording: str, proof: dict[str, Any]) -> bool:
    """Write what somebody answered, and have it carried out backwards where it is a no. False: they had said so last.

    In the caller's transaction, or one of its own.
    """
    if answers([subject], purpose).get(subject) == yes:
        return False
    action = ConsentEvent.Action.GIVEN if yes else ConsentEvent.Action.WITHDRAWN
    with transaction.atomic():
        said = ConsentEvent.objects.create(
            subject=subject,
            purpose=purpose,
            action=action,
            source=source,
            wording=wording,
            proof=proof,
            at=clock.now(),
        )
        names = settings.CONSENT_CONSUMERS
        batches.insert(Pending, [Pending(consumer=name, event_uuid=said.uuid) for name in names])
    return True


def object_to(purpose: str, proofs: dict[UUID, dict[str, Any]], *, source: str) -> None:
    """Write a no of each subject that never said anything of this purpose, and have it carried out backwards.

    `proofs`: {subject: proof}. Three statements for any number, in the caller's transaction.
    """
    known = answers(proofs, purpose)
    withdrawn, now = ConsentEvent.Action.WITHDRAWN, clock.now()
    said = [
        ConsentEvent(
            uuid=uuid4(), subject=subject, purpose=purpose, action=withdrawn, source=source, proof=proof, at=now
        )
        for subject, proof in proofs.items()
        if subject not in known
    ]
    batches.insert(ConsentEvent, said)
    names = settings.CONSENT_CONSUMERS
    batches.insert(Pending, [Pending(consumer=name, event_uuid=one.uuid) for name in names for one in said])


@transaction.atomic
def resume(address: str, *, subject: UUID, source: str, wording: str, proof: dict[str, Any]) -> None:
    """Who reads the mailbox asked for mail: an unsubscribe of before, or one written by hand, no longer stops it.

    Bounces, complaints and objections stay. The yes is written even where the last answer was one: they said it again.
    """
    hmac = address_hmac(address)
    stopped = Suppression.objects.filter(address_hmac=hmac, scope=Scope.STREAM)
    stopped.filter(reason__in=LIFTED).delete()
    ConsentEvent.objects.create(
        subject=subject,
        address_hmac=hmac,  # so that the log alone tells that the address may be mailed again
        purpose="email",
        action=ConsentEvent.Action.GIVEN,
        source=source,
        wording=wording,
        proof=proof,
        at=clock.now(),
    )


def ask(subject: UUID, purpose: str, *, source: str, proof: dict[str, Any]) -> None:
    """Write that somebody was asked in a way that proves nothing about who answers: until a yes comes it is none."""
    action, now = ConsentEvent.Action.ASKED, clock.now()
    ConsentEvent.objects.create(subject=subject, purpose=purpose, action=action, source=source, proof=proof, at=now)


def subjects_of(pendings: Iterable[Pending]) -> set[UUID]:
    """Who gave the answers that this work is about."""
    uuids = [pending.event_uuid for pending in pendings]
    return set(ConsentEvent.objects.filter(uuid__in=uuids).values_list("subject", flat=True))
