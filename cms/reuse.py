"""Re-use of a piece: what it was made from, where it is used, and what colleagues tell each other about it.

As with campaigns, each app brings its part in a module `piece_uses`: `parts(piece, user) -> iterable of Part`, a fixed
number of queries, MOST rows each, and only what this user may see.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log
from wagtail.utils.apps import get_app_submodules

from cms import clock, policy
from cms.campaigns import Part
from cms.models import AssetPage, PieceNote

LONGEST_NOTE = 2000
SHOWN_NOTES = 100


class UnsaidError(Exception):
    """A note without words."""


def parts(piece: AssetPage, user) -> list[Part]:
    """All apps' parts, in INSTALLED_APPS order."""
    return [part for _name, module in get_app_submodules("piece_uses") for part in module.parts(piece, user)]


def notes(piece: AssetPage) -> list[PieceNote]:
    """What colleagues wrote, newest first, a hundred at most. One query."""
    rows = PieceNote.objects.filter(asset=piece.pk).select_related("user").order_by("-pk")
    return list(rows[:SHOWN_NOTES])


@transaction.atomic
def write(piece: AssetPage, user, text: str) -> PieceNote:
    """Tell colleagues something about the piece. PermissionDenied without `piece.note`, UnsaidError without words."""
    if not policy.may(user, "piece.note"):
        raise PermissionDenied(_("Only who works with pieces writes notes about them."))
    if not text.strip():
        raise UnsaidError(_("Write a sentence first."))
    words = text.strip()[:LONGEST_NOTE]
    note = PieceNote.objects.create(asset=piece, user=user, text=words, written_at=clock.now())
    log(piece, "piece_note.written", user=user)
    return note


@transaction.atomic
def remove(note: PieceNote, user) -> None:
    """Take a note away. The caller has asked whether it is theirs to remove."""
    log(note.asset, "piece_note.removed", user=user, data={"text": note.text[:200]})
    note.delete()
