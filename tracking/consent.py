"""Suppression and the consent log: who must not be mailed, and what they said about it."""

import contextlib
import unicodedata
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from cms import clock
from tracking import tokens
from tracking.models import ConsentEvent, Suppression
from tracking.signals import address_suppressed

Scope, Reason = Suppression.Scope, Suppression.Reason


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
    everything = reason in (Reason.COMPLAINT, Reason.HARD_BOUNCE, Reason.OBJECTION)
    scope = Scope.GLOBAL if everything else Scope.STREAM
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
            proof=proof or {},
            at=now,
        )
        transaction.on_commit(lambda: address_suppressed.send(None, address_hmac=hmac), robust=True)


def suppressed(hmacs: Iterable[str]) -> dict[str, set[str]]:
    """{hmac: scopes} for those of `hmacs` that are suppressed at all. One query."""
    found: dict[str, set[str]] = {}
    for hmac, scope in Suppression.objects.filter(address_hmac__in=set(hmacs)).values_list("address_hmac", "scope"):
        found.setdefault(hmac, set()).add(scope)
    return found
