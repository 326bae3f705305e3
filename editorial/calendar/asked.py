"""What the calendar's address asks for, and the cards that the plan has of it, as this person may see them."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from wagtail.admin.views.generic import BaseListingView

from cms import clock, policy
from cms.models import AssetPage
from editorial import slots
from editorial.calendar import cards, dated, rows
from editorial.calendar.cards import Lane
from editorial.calendar.filters import CalendarFilterSet
from editorial.calendar.span import Month, Quarter, Span, Week, read
from editorial.models import Entry
from editorial.schedule import Step

SHAPES = {
    "month": (gettext_lazy("Month"), Month),
    "week": (gettext_lazy("Week"), Week),
    "quarter": (gettext_lazy("Quarter"), Quarter),
    "list": (gettext_lazy("List"), Month),
    "board": (gettext_lazy("Board"), Month),
}
FOR_READERS = ("month", "week", "quarter", "list")  # a board tells how far each piece is
BY_PERSON = ("week", "list")  # shapes with room for whose each is, above it
HIDDEN = "hidden"
READERS_LANES = (Lane.DUE, Lane.PUBLISH, Lane.SLOT)


class AskedPlan(policy.RightRequired, BaseListingView):
    """The plan under search and filters. Readers see titles and days only."""

    right = "calendar.view"
    model = Entry
    is_searchable = True
    search_fields = ["title"]
    unreadable = ""
    finished = 0  # cards that were left out, since they are finished

    @cached_property
    def may_change(self) -> bool:
        return policy.may(self.request.user, "calendar.change")

    @property
    def filterset_class(self):
        return CalendarFilterSet if self.may_change else None

    @cached_property
    def today(self):
        return timezone.localdate(clock.now())

    @cached_property
    def shape(self) -> str:
        """How the plan is shown: one of SHAPES; the month where another is asked for."""
        known = SHAPES if self.may_change else FOR_READERS
        asked = self.request.GET.get("view", "month")
        return asked if asked in known else "month"

    @cached_property
    def span(self) -> Month | Week | Quarter:
        """The time asked for; now when none was, or none that can be read (the screen then says so)."""
        kind, asked = SHAPES[self.shape][1], self.request.GET.get("on", "")
        try:
            return read(asked, kind)
        except ValueError:
            self.unreadable = asked
            return kind.of(self.today)

    @cached_property
    def hides_finished(self) -> bool:
        return self.request.GET.get("finished") == HIDDEN

    @cached_property
    def by_person(self) -> bool:
        """Are the cards of a day grouped by who has them?"""
        return self.may_change and self.shape in BY_PERSON and self.request.GET.get("by") == "person"

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        if not self.may_change:
            return READERS_LANES
        return self.filters.lanes

    def get_base_queryset(self):
        entries = policy.visible(self.request.user, self.right, Entry.objects.all())
        if self.may_change and Step.DROPPED in self.request.GET.getlist("step"):
            return entries
        return entries.exclude(step=Step.DROPPED)

    @cached_property
    def narrowed(self):
        """Every entry that search and filters leave, on whatever day."""
        return super().get_queryset()

    def get_queryset(self):
        """Nothing for Wagtail's table: `laid_out` asks for what each form of the screen needs."""
        return Entry.objects.none()

    @cached_property
    def waiting(self):
        return rows.waiting()

    def pages(self):
        """Pages that search and filters leave."""
        pages = AssetPage.objects.order_by()
        if self.filters:
            pages = self.filters.pages(pages)
        return pages.filter(title__icontains=self.search_query) if self.is_searching else pages

    def between(self, span: Span) -> list[cards.Card]:
        """The cards of a stretch of days, of all lanes that are shown."""
        entries = rows.between(self.narrowed, span, self.waiting)
        pages = rows.unplanned(self.pages(), span, self.waiting)
        found = [
            *cards.of_entries(entries, self.waiting, self.today),
            *cards.of_pages(pages, self.waiting),
            *self.room(span),
        ]
        first, last, lanes = span.first, span.last, set(self.lanes)
        return self.unfinished(card for card in found if card.day and first <= card.day <= last and card.lane in lanes)

    def unfinished(self, found: Iterable[cards.Card]) -> list[cards.Card]:
        """Without what is published, expired, over or dropped, where the address says so; `finished` counts that."""
        found = list(found)
        if not self.hides_finished:
            return found
        left = [card for card in found if not card.finished]
        self.finished += len(found) - len(left)
        return left

    def room(self, span: Span) -> list[cards.Card]:
        """Held room of these days, as search and filters leave it."""
        if Lane.SLOT not in self.lanes:
            return []
        held = slots.between(span.first, span.last)
        if self.filters:
            held = self.filters.slots(held)
        if self.is_searching:
            held = held.filter(Q(note__icontains=self.search_query) | Q(stage__name__icontains=self.search_query))
        return list(cards.of_slots(held, self.today, all_told=self.may_change))

    def lane(self, entries) -> list[cards.Card]:
        """The plans among them as cards; nothing for readers: they see days."""
        if not self.may_change or Lane.DUE not in self.lanes:
            return []
        found = cards.of_entries(entries, {}, self.today)
        return [card for card in found if card.lane == Lane.DUE]

    def everything(self) -> list[cards.Card]:
        """The plan as a board has it, without a column's limit."""
        entries = dated.plans(rows.on_board(self.narrowed, self.span))
        found = cards.of_entries(entries, self.waiting, self.today)
        return self.unfinished(card for card in found if card.lane in (Lane.DUE, Lane.PUBLISH))
