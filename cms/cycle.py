"""The buying cycle as one text: which version it is, what changed since sales signed, and signing it.

A version is found by what it says: whoever changes a definition unsigns it by that, and whoever changes it back has
the signed version again. Who holds a post (owner and backup as people) may change without a new signature.
"""

import hashlib
import json
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cms import clock, policy
from cms.models import BuyingStage, CycleSignature, CycleVersion

SIGNED = (
    "slug",
    "name",
    "definition",
    "exit_criteria",
    "what_we_do",
    "owner_group",
    "backup_group",
    "target_days",
    "target_conversion",
)


class ChangedError(Exception):
    """The stages are no longer what the person read."""


@dataclass(frozen=True)
class Change:
    """One stage that is not as it was signed: "new", "gone", "moved" or "changed", and (field, before, now)."""

    stage: str
    kind: str
    fields: tuple[tuple[str, object, object], ...] = ()


@dataclass(frozen=True)
class Standing:
    """The cycle now: its digest, the version that says the same, the newest one signed, and what differs from it."""

    digest: str
    version: CycleVersion | None
    latest: CycleVersion | None
    changes: tuple[Change, ...]


def content() -> list[dict]:
    """The stages in order with what is signed of each. One query."""
    return list(BuyingStage.objects.values(*SIGNED))


def digest(stages: list[dict]) -> str:
    """SHA-256 of the words, in hex: the same words have the same one on every machine."""
    return hashlib.sha256(json.dumps(stages, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def standing() -> Standing:
    """Where the cycle stands. Four queries at most, whatever the number of stages and versions."""
    stages = content()
    key = digest(stages)
    signed = CycleVersion.objects.prefetch_related("signatures__user")
    version = signed.filter(digest=key).first()
    latest = version or signed.first()
    changes = () if version or latest is None else tuple(_changes(latest.content, stages))
    return Standing(key, version, latest, changes)


@transaction.atomic
def sign(seen: str, user) -> CycleSignature:
    """Sales signs the stages whose digest it has read; signing them again changes nothing.

    Raises PermissionDenied without the right `cycle.sign`, ChangedError when they are not what was read any more.
    """
    if not policy.may(user, "cycle.sign"):
        raise PermissionDenied(_("Only sales can sign the buying cycle."))
    # Locked, so that nobody changes a word between the comparison and the signature.
    stages = list(BuyingStage.objects.select_for_update().values(*SIGNED))
    if not stages or digest(stages) != seen:
        raise ChangedError(_("Somebody changed a stage while you were reading. Read what is marked, then sign."))
    now = clock.now()
    last = CycleVersion.objects.aggregate(last=Max("number"))["last"] or 0
    version, _made = CycleVersion.objects.get_or_create(
        digest=seen, defaults={"number": last + 1, "content": stages, "made_at": now}
    )
    signature, made = CycleSignature.objects.get_or_create(version=version, user=user, defaults={"signed_at": now})
    if made:
        log(version, "cycle.sign", user=user, data={"version": version.number})
    return signature


def _changes(before: list[dict], now: list[dict]):
    was = {stage["slug"]: stage for stage in before}
    stayed = _in_order([stage["slug"] for stage in before], [stage["slug"] for stage in now])
    for stage in now:
        old = was.pop(stage["slug"], None)
        if old is None:
            yield Change(stage["name"], "new")
            continue
        fields = tuple((name, old.get(name), stage[name]) for name in SIGNED if old.get(name) != stage[name])
        if fields or stage["slug"] not in stayed:
            yield Change(stage["name"], "changed" if fields else "moved", fields)
    for gone in was.values():
        yield Change(gone["name"], "gone")


def _in_order(before: list[str], now: list[str]) -> set[str]:
    """Those that stand in the same order as before: of two that changed places only one has moved."""
    blocks = SequenceMatcher(None, before, now, autojunk=False).get_matching_blocks()
    return {slug for block in blocks for slug in before[block.a : block.a + block.size]}
