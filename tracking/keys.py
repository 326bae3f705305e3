"""Write keys: made and shown once, kept as a digest, rotated, revoked.

A key is a signed token, so the collector knows its scope without asking a database, as it must while that is away.
Whether the key is still good is asked when drafts are taken over: what a revoked one sends is dropped and counted.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet
from wagtail.log_actions import log

from cms import clock
from cms.models import User
from tracking import tokens
from tracking.batch import Batch, Reason, Row
from tracking.models import WriteKey

GRACE = timedelta(days=7)  # for which a key works on after a new one of its name was made
OFTEN = timedelta(minutes=1)  # when it was last used is not written more often
MAX_KEY = 300


class Shown(NamedTuple):
    """What a request's key says: the scope it was signed for, and the digest it is known by."""

    scope: str
    digest: str


NOBODY = Shown("", "")


def make(name: str, scope: str, origins: Sequence[str] = (), by: User | None = None) -> str:
    """A new key, to be shown now and never again. Others of the same name go on working for GRACE."""
    now = clock.now()
    key = tokens.sign("write", {"s": scope, "n": secrets.token_urlsafe(9)})
    with transaction.atomic():
        live().filter(name=name, revoked_at=None).update(revoked_at=now + GRACE)
        made = WriteKey.objects.create(
            name=name,
            scope=scope,
            digest=_digest(key),
            tail=key[-4:],
            origins=list(origins),
            created_by=by,
            created_at=now,
        )
        log(made, "tracking.write_key.make", user=by, data={"scope": scope})
    return key


def revoke(keys: QuerySet[WriteKey], by: User | None = None) -> int:
    """Take nothing more under these keys, from now on; how many there were."""
    with transaction.atomic():
        found = list(keys & live())
        for key in found:
            key.revoked_at = clock.now()
            key.save(update_fields=["revoked_at"])
            log(key, "tracking.write_key.revoke", user=by)
    return len(found)


def live() -> QuerySet[WriteKey]:
    """Those that are not revoked yet."""
    return WriteKey.objects.filter(Q(revoked_at=None) | Q(revoked_at__gt=clock.now()))


def read(key: str) -> Shown:
    """What the key says. Raises tokens.BadToken when it was not made here."""
    scope = tokens.read("write", key).get("s", "") if len(key) <= MAX_KEY else ""
    if scope not in WriteKey.Scope.values:
        raise tokens.BadToken("not a write key")
    return Shown(scope, _digest(key))


def of_header(authorization: str) -> Shown:
    """The key of `Authorization: Bearer KEY`, or of `Basic`, as its user name; NOBODY without the header."""
    if not authorization:
        return NOBODY
    how, _, what = authorization.partition(" ")
    if how.lower() == "bearer":
        return read(what.strip())
    try:
        if how.lower() == "basic":
            return read(base64.b64decode(what).decode("ascii").partition(":")[0])
    except (binascii.Error, ValueError) as error:
        if isinstance(error, tokens.BadToken):
            raise
    raise tokens.BadToken("write it as: Authorization: Bearer KEY, or as Basic with the key as user name")


def drop_unkeyed(batch: Batch) -> None:
    """What came under a key that is not known, is revoked, or from an origin that is not the key's.

    Must come before the uuids are claimed.
    """
    digests = {digest for row in batch.rows if (digest := row.facts.get("key"))}
    if not digests:
        return
    known = {key.digest: key for key in WriteKey.objects.filter(digest__in=digests)}
    why = {id(row): reason for row in batch.rows if (reason := _refusal(row, known))}
    for reason in (Reason.KEY_UNKNOWN, Reason.KEY_REVOKED, Reason.WRONG_ORIGIN):
        batch.drop(reason, lambda row, reason=reason: why.get(id(row)) == reason)
    now = clock.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - OFTEN)
    if any(key.last_used_at is None or key.last_used_at < now - OFTEN for key in known.values()):
        WriteKey.objects.filter(stale, digest__in=sorted(known)).update(last_used_at=now)


def _refusal(row: Row, known: dict[str, WriteKey]) -> Reason | None:
    digest = row.facts.get("key")
    if not digest:
        return None
    if digest not in known:
        return Reason.KEY_UNKNOWN
    key = known[digest]
    if key.revoked_at and key.revoked_at <= row.draft.received_at:
        return Reason.KEY_REVOKED
    is_bound = key.scope == WriteKey.Scope.BROWSER
    return Reason.WRONG_ORIGIN if is_bound and row.payload.get("origin") not in key.origins else None


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
