"""Where the library names people who are no contacts: under pieces, with ratings, in interviews kept with a persona."""

from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.feedback import erasing
from cms.models import Comment, PersonaNote, RatingNote
from cms.outside import NOBODY, Kind, Line


def _tell_comment(row: Comment) -> Line:
    return Line(row.name, row.email, row.asset.title, row.posted_at, row.asset.url or "")


def _export_comment(row: Comment) -> dict[str, Any]:
    return _fields(row, "name", "email", "text", "state", "posted_at", "answer") | {"piece": row.asset.title}


def _tell_note(row: RatingNote) -> Line:
    return Line("", row.email, row.rating.asset.title, row.noted_at, row.rating.asset.url or "")


def _export_note(row: RatingNote) -> dict[str, Any]:
    return _fields(row, "email", "text", "reasons", "noted_at") | {"piece": row.rating.asset.title}


def _tell_interview(row: PersonaNote) -> Line:
    held = timezone.make_aware(datetime.combine(row.held_on, time()))
    return Line(row.who, "", row.persona.name, held, reverse("personas:page", args=[row.persona_id]))


def _export_interview(row: PersonaNote) -> dict[str, Any]:
    return _fields(row, "who", "held_on", "notes", "leave") | {"persona": row.persona.name}


def _fields(row, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


KINDS = [
    Kind(
        "comments", _("Comment"),
        lambda: Comment.objects.exclude(name=NOBODY).select_related("asset"),
        ("name",), "email", _tell_comment, _export_comment, lambda row: erasing.empty_comments([row.pk]),
    ),
    Kind(
        "rating_notes", _("Note with a rating"),
        lambda: RatingNote.objects.exclude(email="").select_related("rating__asset"),
        (), "email", _tell_note, _export_note, lambda row: erasing.empty_notes([row.pk]),
    ),
    Kind(
        "persona_notes", _("Interview kept with a persona"),
        lambda: PersonaNote.objects.select_related("persona"),
        ("who",), "", _tell_interview, _export_interview, lambda row: row.delete(),
    ),
]  # fmt: skip
