"""Where the library names people who are no contacts: under pieces, with ratings, in interviews kept with a persona,
and as experts whom it quotes.
"""

from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import ReferenceIndex
from wagtail.search import index

from cms.feedback import erasing
from cms.models import AssetPage, Author, Comment, PersonaNote, RatingNote
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


def _tell_profile(row: Author) -> Line:
    return Line(row.name, "", row.of_what or row.get_standing_display(), None, reverse("authors:edit", args=[row.pk]))


def _export_profile(row: Author) -> dict[str, Any]:
    said = _fields(row, "name", "role", "organisation", "standing", "bio", "elsewhere")
    return said | {"topics": [topic.name for topic in row.topics.all()]}


def _forget_profile(row: Author) -> None:
    """Pieces that they signed or are quoted in no longer say who it was, nor are found by their name."""
    named = [
        int(pk) for pk in ReferenceIndex.get_references_to(row).values_list("object_id", flat=True) if pk.isdecimal()
    ]
    row.delete()
    for piece in AssetPage.objects.filter(pk__in=named):
        index.insert_or_update_object(piece)


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
        "profiles", _("Profile of somebody who is none of ours"),
        lambda: Author.objects.exclude(standing=Author.Standing.INSIDE),
        ("name", "organisation"), "", _tell_profile, _export_profile, _forget_profile,
    ),
    Kind(
        "persona_notes", _("Interview kept with a persona"),
        lambda: PersonaNote.objects.select_related("persona"),
        ("who",), "", _tell_interview, _export_interview, lambda row: row.delete(),
    ),
]  # fmt: skip
