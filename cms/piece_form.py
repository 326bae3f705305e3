"""The editor's form of a piece: what a draft may leave open and a published piece may not."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm


class PieceForm(WagtailAdminPageForm):
    """Asked when somebody publishes or submits for review; while a draft is typed, and saved by itself, nothing is."""

    def clean(self):
        """A timely piece says when it is looked at again: nobody would ever be told otherwise."""
        said = super().clean()
        if not self.is_deferred_validation and said.get("shelf_life") == "timely" and not said.get("review_by"):
            words = _("Choose the day on which this timely piece is looked at again, or make it evergreen.")
            self.add_error("review_by", words)
        return said
