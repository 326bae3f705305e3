"""What narrows the calendar: one set of filters for month, week, list, board, feed and export."""

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.active_filters import ActiveFilter, ModelMultipleChoiceFilterAdapter, register_filter_adapter_class
from wagtail.admin.filters import MultipleUserFilter, UserModelMultipleChoiceField, WagtailFilterSet

from cms.models import BuyingStage, Campaign, Persona, Topic, User
from cms.models.pages import Approach, Format, Length, Medium, ShelfLife
from editorial import mix_counts
from editorial.calendar.cards import Lane
from editorial.calendar.widgets import Checks
from editorial.models import Entry

NOT_SAID = ("unsaid", _("Not said"))
CHECKS = Checks


class _Keys:
    """A key longer than any row's is refused as one that no row has: SQLite cannot even be asked for it."""

    def clean(self, value):
        for key in value or ():
            if len(str(key)) > 18:
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": key})
        return super().clean(value)


class RowsField(_Keys, django_filters.fields.ModelMultipleChoiceField):
    pass


class PeopleField(_Keys, UserModelMultipleChoiceField):
    pass


class RowsFilter(django_filters.ModelMultipleChoiceFilter):
    field_class = RowsField


class RowsPills(ModelMultipleChoiceFilterAdapter):
    """The pills of the rows asked for, and of "Not said", which is no row."""

    def get_active_filters(self):
        """As Wagtail has them."""
        asked, self.value = self.value, [one for one in self.value if one != NOT_SAID[0]]
        yield from super().get_active_filters()
        if len(asked) > len(self.value):
            without = self.get_url_without_filter_param_value(self.name, NOT_SAID[0])
            yield ActiveFilter(self.bound_field.auto_id, self.filter.label, str(NOT_SAID[1]), without)


register_filter_adapter_class(RowsFilter, adapter_class=RowsPills)


class PeopleFilter(MultipleUserFilter):
    field_class = PeopleField


def _rows(label, model, field, **more):
    """Any of these rows."""
    return RowsFilter(label=label, field_name=field, queryset=model.objects.all(), widget=CHECKS, **more)


OR_NONE = {"null_label": NOT_SAID[1], "null_value": NOT_SAID[0]}


class CalendarFilterSet(WagtailFilterSet):
    """For those who plan. Readers of the plan see titles and days, and search."""

    lane = django_filters.MultipleChoiceFilter(label=_("Dates"), choices=Lane.choices, method="keep", widget=CHECKS)
    stage = _rows(_("Buying stage"), BuyingStage, "stage", **OR_NONE)
    persona = _rows(_("Persona"), Persona, "personas", **OR_NONE)
    topic = _rows(_("Topic"), Topic, "topics")
    format = django_filters.MultipleChoiceFilter(label=_("Format"), choices=Format.choices, widget=CHECKS)
    approach = django_filters.MultipleChoiceFilter(
        label=_("Idea or product"), choices=[*Approach.choices, NOT_SAID], method="of_kind", widget=CHECKS
    )
    length = django_filters.MultipleChoiceFilter(
        label=_("Length"), choices=[*Length.choices, NOT_SAID], method="of_kind", widget=CHECKS
    )
    medium = django_filters.MultipleChoiceFilter(
        label=_("Medium"), choices=Medium.choices, method="of_kind", widget=CHECKS
    )
    shelf_life = django_filters.MultipleChoiceFilter(label=_("Shelf life"), choices=ShelfLife.choices, widget=CHECKS)
    campaign = _rows(_("Campaign"), Campaign, "campaign")
    step = django_filters.MultipleChoiceFilter(label=_("Step"), choices=Entry.Step.choices, widget=CHECKS)
    assignee = PeopleFilter(
        label=_("Assignee"), queryset=User.objects.filter(entries__isnull=False).distinct(), widget=CHECKS
    )

    class Meta:
        model = Entry
        fields = []

    def keep(self, queryset, name, value):
        """Which dates are shown is decided card by card: an entry has several."""
        return queryset

    def of_kind(self, queryset, name, value):
        """What the mix counts as one of these."""
        return (
            mix_counts.having(queryset, name, ["" if one == NOT_SAID[0] else one for one in value])
            if value
            else queryset
        )

    @property
    def lanes(self) -> tuple[str, ...]:
        """The dates asked for; all of them when none is."""
        return tuple(self.form.cleaned_data["lane"] or Lane.values) if self.is_valid() else tuple(Lane.values)

    def pages(self, queryset):
        """The same narrowing for pages that nobody planned: they have no assignee, and a live one is published."""
        asked = self.form.cleaned_data if self.is_valid() else {}
        steps = asked.get("step")
        if asked.get("assignee") or (steps and not {Entry.Step.PUBLISHED, Entry.Step.SCHEDULED} & set(steps)):
            return queryset.none()
        if asked.get("stage"):
            queryset = queryset.filter(_among("primary_stage", asked["stage"]))
        for name in ("format", "shelf_life", "campaign"):
            if asked.get(name):
                queryset = queryset.filter(**{f"{name}__in": asked[name]})
        for name in mix_counts.UNSAID:
            queryset = self.of_kind(queryset, name, asked.get(name))
        if asked.get("persona"):
            queryset = queryset.filter(_for_whom(queryset, asked["persona"]))
        if asked.get("topic"):
            queryset = queryset.filter(pk__in=_with(queryset, "tagged_topics__tag", asked["topic"]))
        return queryset

    def slots(self, queryset):
        """The same narrowing for held room: it is for timely pieces, and has no format, step or people."""
        asked = self.form.cleaned_data if self.is_valid() else {}
        shelf_life = asked.get("shelf_life")
        if any(asked.get(name) for name in ("format", *mix_counts.UNSAID, "campaign", "step", "assignee")):
            return queryset.none()
        if shelf_life and ShelfLife.TIMELY not in shelf_life:
            return queryset.none()
        for name in ("stage", "persona"):
            if asked.get(name):
                queryset = queryset.filter(_among(name, asked[name]))
        return queryset.filter(topic__in=asked["topic"]) if asked.get("topic") else queryset


def _among(field, asked) -> Q:
    """One of these rows; with NOT_SAID among them also none."""
    rows = [one for one in asked if one != NOT_SAID[0]]
    return Q(**{f"{field}__in": rows}) | Q(**{field: None}) if len(rows) < len(asked) else Q(**{f"{field}__in": rows})


def _for_whom(queryset, asked) -> Q:
    """Pages for one of these personas, for all of them, or with NOT_SAID for nobody."""
    rows = [one for one in asked if one != NOT_SAID[0]]
    found = Q(pk__in=_with(queryset, "personas", rows)) | Q(for_all_personas=True) if rows else Q()
    nobody = Q(for_all_personas=False) & ~Q(pk__in=queryset.model.personas.through.objects.values("assetpage_id"))
    return (found | nobody if rows else nobody) if len(rows) < len(asked) else found


def _with(queryset, field, rows):
    """By subquery: a join would show a page once for each of its personas."""
    return queryset.model.objects.filter(**{f"{field}__in": rows}).order_by().values("pk")
