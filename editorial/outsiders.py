"""Experts and approvers outside: forgotten when they ask, and their mail addresses in time.

What was published with their leave stays published: take it out of the piece by hand where they ask for that, too.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry

from cms import clock
from cms.outside import NOBODY, Kind, Line
from editorial.links import digest, new_secret
from editorial.models import Approval, Entry, Interview
from editorial.schedule import log_registry

A_TURN = 200
ADDRESSES = timedelta(days=365)  # after their link has ended; who gave leave, and for which words, stays longer
# What a line of an entry's history says of them: who, and in their words.
WORDS = ("text", "new", "comment")


def _tell(row: Interview | Approval) -> Line:
    return Line(row.name, row.email, row.entry.title, row.asked_at, reverse("editorial:work", args=[row.entry_id]))


def _export_interview(row: Interview) -> dict[str, Any]:
    return _fields(row, "name", "role", "email", "asked_at", "expires_at", "revoked_at") | {
        "entry": row.entry.title,
        "questions": list(row.questions.values("text", "answer", "answered_at")),
        "quotes": list(row.quotes.values("text", "verdict", "correction", "asked_at", "answered_at")),
    }


def _export_approval(row: Approval) -> dict[str, Any]:
    return _fields(row, "name", "email", "asked_at", "verdict", "comment", "answered_at") | {"entry": row.entry.title}


def _fields(row, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _forget_interview(row: Interview) -> None:
    """Questions, verdicts and days stay; name, address and their words go, and the link ends."""
    _silence(row)
    row.questions.update(answer="")
    row.quotes.update(text="", correction="")
    row.role, row.revoked_at = "", row.revoked_at or clock.now()
    _clear(row, "role", "revoked_at")


def _forget_approval(row: Approval) -> None:
    """That somebody was asked, and their verdict, stays."""
    _silence(row)
    row.comment = ""
    _clear(row, "comment")


def _clear(row: Interview | Approval, *more: str) -> None:
    row.name, row.email, row.digest = NOBODY, "", digest(new_secret())
    row.save(update_fields=["name", "email", "digest", *more])


def _silence(row: Interview | Approval) -> None:
    """The history of the entry keeps what happened, without them."""
    for line in _lines(row.entry_id, {row.name, f"{row.name} <{row.email}>"}):
        line.data |= {"who": NOBODY} | {name: "" for name in WORDS if name in line.data}
        line.save(update_fields=["data"])


def _lines(entry_id: int, names: set[str]) -> list[ModelLogEntry]:
    """The lines about who is called so. Two of one name on one entry are not told apart: both fall silent."""
    held = Entry.objects.select_for_update().get(pk=entry_id)
    logged = log_registry.get_logs_for_instance(held).filter(action__startswith="editorial.")
    return [line for line in logged if (line.data or {}).get("who") in names]


def forget_addresses() -> int:
    """One bounded turn: addresses of people whose link ended a year ago. How many."""
    return sum(_forget_addresses_of(model) for model in (Interview, Approval))


def _forget_addresses_of(model) -> int:
    done = 0
    old = model.objects.filter(expires_at__lt=clock.now() - ADDRESSES).exclude(email="").order_by("pk")
    for row in old[:A_TURN]:
        with transaction.atomic():
            for line in _lines(row.entry_id, {f"{row.name} <{row.email}>"}):
                line.data["who"] = row.name
                line.save(update_fields=["data"])
            done += model.objects.filter(pk=row.pk, email=row.email).update(email="")
    return done


KINDS = [
    Kind(
        "experts", _("Expert asked for an entry"),
        lambda: Interview.objects.exclude(name=NOBODY).select_related("entry"),
        ("name",), "email", _tell, _export_interview, _forget_interview,
    ),
    Kind(
        "approvers", _("Asked to approve an entry"),
        lambda: Approval.objects.exclude(name=NOBODY).select_related("entry"),
        ("name",), "email", _tell, _export_approval, _forget_approval,
    ),
]  # fmt: skip
