"""What narrows the calendar. The same filters serve every view of it; the month is one of them, so that it is kept."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import MultipleUserFilter, WagtailFilterSet

from cms.models import BuyingStage, Persona, User
from cms.models.pages import Format
from editorial.models import Entry

MONTH = forms.TextInput(attrs={"type": "month", "pattern": "[0-9]{4}-[0-9]{2}", "placeholder": "2026-11"})


class MonthFilterSet(WagtailFilterSet):
    """For readers of the plan: the month alone."""

    month = django_filters.CharFilter(label=_("Month"), method="keep", widget=MONTH)

    class Meta:
        model = Entry
        fields = []

    def keep(self, queryset, name, value):
        """The view asks for the month itself: a published entry stands on another day than it was planned for."""
        return queryset

    def pieces(self, queryset):
        """The same narrowing for live pieces that nobody planned."""
        return queryset


class CalendarFilterSet(MonthFilterSet):
    """For those who plan."""

    stage = django_filters.ModelMultipleChoiceFilter(
        label=_("Buying stage"), queryset=BuyingStage.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    persona = django_filters.ModelMultipleChoiceFilter(
        label=_("Persona"),
        field_name="personas",
        queryset=Persona.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )
    format = django_filters.MultipleChoiceFilter(
        label=_("Format"), choices=Format.choices, widget=forms.CheckboxSelectMultiple
    )
    step = django_filters.MultipleChoiceFilter(
        label=_("Step"), choices=Entry.Step.choices, widget=forms.CheckboxSelectMultiple
    )
    assignee = MultipleUserFilter(
        label=_("Assignee"),
        queryset=User.objects.filter(entries__isnull=False).distinct(),
        widget=forms.CheckboxSelectMultiple,
    )

    def pieces(self, queryset):
        """A piece that nobody planned has no assignee, and its step is published."""
        asked = self.form.cleaned_data
        if asked["assignee"] or (asked["step"] and Entry.Step.PUBLISHED not in asked["step"]):
            return queryset.none()
        if asked["stage"]:
            queryset = queryset.filter(primary_stage__in=asked["stage"])
        if asked["format"]:
            queryset = queryset.filter(format__in=asked["format"])
        if asked["persona"]:
            queryset = queryset.filter(personas__in=asked["persona"]).distinct()
        return queryset
