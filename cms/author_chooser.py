"""Choosing a profile (of an author, or of an expert who is quoted) in an editor."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.chooser import ChooserViewSet


class AuthorChooserViewSet(ChooserViewSet):
    """By name, in a dialog of Wagtail's own."""

    model = "cms.Author"
    icon = "user"
    choose_one_text = _("Choose a profile")
    choose_another_text = _("Choose another profile")
    edit_item_text = _("Edit this profile")


author_chooser = AuthorChooserViewSet("author_chooser")
_Chooser = author_chooser.get_block_class(name="_Chooser", module_path="cms.author_chooser")


class AuthorChooserBlock(_Chooser):
    """A profile, with its portrait in the same query as all others of a piece."""

    def bulk_to_python(self, values):
        """Two queries at most, however many are quoted."""
        found = self.model_class.objects.select_related("portrait").in_bulk({pk for pk in values if pk})
        return [found.get(pk) for pk in values]
