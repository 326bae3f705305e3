"""What the blocks of a piece's body ask the library for."""

from django import template

from cms import library
from cms.gates import offers
from cms.models import AssetPage
from cms.models.pages import Audience

register = template.Library()


@register.simple_tag(takes_context=True)
def file_offer(context, document):
    """{"piece", "is_locked", "gate"} of the piece whose body offers the file; open where no piece is known."""
    piece = context.get("page") or context.get("piece")
    is_locked = piece is not None and offers.is_locked(piece)
    return {"piece": piece, "is_locked": is_locked, "gate": offers.gate_of(piece) if is_locked else None}


@register.simple_tag(takes_context=True)
def held_back(context, document):
    """The offer of the piece whose gate this file stands behind, as one of its files; None where it may be played.

    No query for a piece without a gate; else once for all that is played in it.
    """
    piece = context.get("page") or context.get("piece")
    if document is None or piece is None or not offers.is_locked(piece):
        return None
    if not hasattr(piece, "behind_gate"):
        piece.behind_gate = offers.of(piece)
    return piece.behind_gate if document.pk in {file.document_id for file in piece.behind_gate.files} else None


@register.simple_tag(takes_context=True)
def opens(context, target):
    """Can readers open the page that a button leads to? One query for all buttons of a piece."""
    if target is None or not target.live:
        return False
    piece = context.get("page") or context.get("piece")
    if piece is None:
        return True
    if not hasattr(piece, "closed_targets"):
        calls = [block.value["page"] for block in piece.body if block.block_type == "call"]
        ids = [page.pk for page in calls if page]
        closed = AssetPage.objects.filter(pk__in=ids, audience=Audience.SALES_ONLY)
        piece.closed_targets = set(closed.values_list("pk", flat=True))
    return target.pk not in piece.closed_targets


@register.simple_tag
def related_pieces(chosen):
    """Those of the chosen pieces that readers may see, in the order they were chosen. One query."""
    wanted = [piece.pk for piece in chosen if piece is not None]
    listed = library.published().filter(pk__in=wanted).defer("body").in_bulk()
    return [listed[pk] for pk in wanted if pk in listed]


@register.filter
def has_player(body):
    """Is there a player of another host in this body?"""
    return any(block.block_type in ("video", "audio") and block.value.get("address") for block in body)
