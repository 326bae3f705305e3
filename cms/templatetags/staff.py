"""What templates of the admin ask the library for."""

from django import template

from cms import agreements, placements
from cms.models import PieceNote

register = template.Library()


@register.simple_tag
def sales_says(piece):
    """{"stage", "state", "agreements", "notes"} of a piece as it is live: stage and state are None without one."""
    row = placements.open_to_sales().select_related("primary_stage").defer("body").filter(pk=piece.pk).first()
    return {
        "stage": row and row.primary_stage,
        "state": row and placements.State(row.placed),
        "agreements": agreements.about(row or piece),
        "notes": PieceNote.objects.filter(asset=piece.pk).count(),
    }
