"""Choosing several pieces in a form, however many there are: those chosen as ticks, the others found by their title."""

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse

from cms.models.pages import AssetPage


class PieceChooser(forms.SelectMultiple):
    """A field of many pieces that never lists all of them. Without script what is chosen can only be taken away."""

    class Media:
        js = ["cms/admin/pieces.js"]

    def render(self, name, value, attrs=None, renderer=None):
        """Its own template: the choices of the field would be the whole library. One query."""
        chosen = AssetPage.objects.filter(pk__in=value or ()).order_by("title").defer("body")
        attrs = self.build_attrs(self.attrs, attrs)
        context = {"name": name, "id": attrs.get("id", ""), "chosen": chosen, "find_url": reverse("piece-find")}
        return render_to_string("cms/admin/piece_chooser.html", context | {"described": attrs.get("aria-describedby")})
