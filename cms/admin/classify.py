"""“Classify” in the list of assets: stage, personas, topics and objections for all that are ticked."""

from urllib.parse import urlsplit

from django import forms
from django.http import QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction

from cms import classifying
from cms.admin.assets import AssetFilterSet
from cms.models import AssetPage, BuyingStage, Objection, Persona, Topic
from cms.models.pages import Format


def _several(label, queryset):
    return forms.ModelMultipleChoiceField(queryset, label=label, required=False, widget=forms.CheckboxSelectMultiple)


class ClassifyForm(forms.Form):
    """What to set, and what to add to what each piece has already."""

    stage = forms.ModelChoiceField(BuyingStage.objects.all(), label=_("Stage"), required=False, empty_label=_("Leave"))
    format = forms.ChoiceField(label=_("Format"), choices=[("", _("Leave")), *Format.choices], required=False)
    personas = _several(_("Add personas"), Persona.objects.all())
    topics = _several(_("Add topics"), Topic.objects.all())
    objections = _several(_("Add objections answered"), Objection.objects.all())

    def clean(self):
        """Something has to be chosen."""
        if not any(self.cleaned_data.values()):
            raise forms.ValidationError(_("Nothing was chosen: choose at least one thing to set or to add."))
        return self.cleaned_data

    def tags(self) -> classifying.Tags:
        """What was chosen."""
        said = self.cleaned_data
        added = {name: tuple(one.pk for one in said[name]) for name in ("personas", "topics", "objections")}
        return classifying.Tags(stage=said["stage"] and said["stage"].pk, format=said["format"], **added)


class ClassifyBulkAction(PageBulkAction):
    """Hands the ticked pieces to a job: Wagtail would do all of them in one transaction."""

    display_name = _("Classify")
    action_type = "classify"
    aria_label = _("Set stage and tags of the selected pieces")
    template_name = "cms/admin/classify.html"
    form_class = ClassifyForm
    action_priority = 5

    def check_perm(self, page):
        """Pieces that the person may edit; other pages have no tags."""
        is_piece = issubclass(page.specific_class or object, AssetPage)
        return is_piece and page.permissions_for_user(self.request.user).can_edit()

    def get_all_objects_in_listing_query(self, parent_id):
        """All that the list shows, as it is filtered: its address says how."""
        if parent_id is not None:
            return super().get_all_objects_in_listing_query(parent_id)
        asked = QueryDict(urlsplit(self.next_url).query)
        rows = AssetFilterSet(asked, queryset=AssetPage.objects.all(), request=self.request).qs
        if words := asked.get("q"):
            rows = rows.filter(title__icontains=words)
        return rows.order_by("pk").values_list("pk", flat=True)

    def prepare_action(self, objects, objects_without_access):
        """Start the job and show it, before Wagtail opens its transaction."""
        job = classifying.start([page.pk for page in objects], self.cleaned_form.tags(), self.request.user)
        return redirect("jobs:detail", job.pk)
