"""The coverage map's cells in a template: `{% coverage_cells pen row.cells %}` in a row of the table."""

from django import template
from django.utils.safestring import SafeString

from editorial.markup import joined

register = template.Library()


@register.simple_tag
def coverage_cells(pen, cells) -> SafeString:
    """Each as a `<td>`, drawn by a `coverage_drawing.CellPen`."""
    return joined(pen.cell(cell) for cell in cells)
