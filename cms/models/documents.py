"""Own document and image models from the first day: swapping them later is a migration nobody wants.

They are not called Document and Image: Wagtail's own unused tables are, and reverse accessors would clash.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import Image as WagtailImage


class LibraryDocument(AbstractDocument):
    """A file of the library."""

    admin_form_fields = WagtailDocument.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        permissions = [("choose_librarydocument", "Can choose document")]


class LibraryImage(AbstractImage):
    """A picture of the library."""

    admin_form_fields = WagtailImage.admin_form_fields

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        permissions = [("choose_libraryimage", "Can choose image")]


class LibraryRendition(AbstractRendition):
    """A picture in one size."""

    image = models.ForeignKey(LibraryImage, models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("image", "filter_spec", "focal_point_key"), name="unique_rendition"),
        ]
