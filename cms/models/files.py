"""Files that belong to a piece: open to take along, or behind its gate."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel
from wagtail.models import Orderable


class AssetFile(Orderable):
    """One file of a piece, under the name that readers see."""

    page = ParentalKey("cms.AssetPage", on_delete=models.CASCADE, related_name="files")
    document = models.ForeignKey("cms.LibraryDocument", models.PROTECT, related_name="attached_to")
    label = models.CharField(
        _("name"), max_length=120, blank=True, help_text=_("As readers see it; empty: the document's title.")
    )

    panels = [FieldPanel("document"), FieldPanel("label")]

    class Meta(Orderable.Meta):
        verbose_name = _("file")

    def __str__(self):
        return self.label or self.document.title
