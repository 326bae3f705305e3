"""What the blocks of a piece's body ask the library for."""

from django import template

from cms import library
from cms.gates import offers

register = template.Library()


@register.simple_tag(takes_context=True)
def file_offer(context, document):
    """{"piece", "is_locked", "gate"} of the piece whose body offers the file; open where no piece is known."""
    piece = context.get("page") or context.get("piece")
    is_locked = piece is not None and offers.is_locked(piece)
    return {"piece": piece, "is_locked": is_locked, "gate": offers.gate_of(piece) if is_locked else None}


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
