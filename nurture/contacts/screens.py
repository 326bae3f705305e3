"""What our screens share: Wagtail's furniture with our guard, and lists that are read by key."""

from django.urls import reverse
from django.utils.functional import cached_property
from django.views import View
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin

from cms.policy import RightRequired

ROWS = 20


class Screen(RightRequired, WagtailAdminTemplateMixin, View):
    """One page of the admin: set `right`, `template_name` and `header_icon`; `trail` names the lists above it."""

    trail: tuple = ()  # (label, address name) pairs

    def get_breadcrumbs_items(self):
        """Home, the trail, this page."""
        above = [{"url": reverse(name), "label": label} for label, name in self.trail]
        return [*self.breadcrumbs_items, *above, {"url": "", "label": self.get_page_title()}]


class KeysetListing(RightRequired, BaseListingView):
    """Newest first, 20 rows; `?older=PK` and `?newer=PK` go on from a row. Otherwise Wagtail's own listing.

    No COUNT of the table and no OFFSET: page 500 costs what page 1 costs.
    """

    template_name = "nurture/contacts/listing.html"
    results_template_name = "nurture/contacts/listing_results.html"
    is_searchable = True
    search_backend_name = None
    paginate_by = ROWS

    def search_queryset(self, queryset):
        """Narrow by words; subclasses say how."""
        return self.search(queryset, self.search_query) if self.is_searching else queryset

    def paginate_queryset(self, queryset, page_size):
        """One row more than is shown tells whether there is more."""
        older, newer = (self._key(name) for name in ("older", "newer"))
        if newer:
            rows = list(queryset.filter(pk__gt=newer).order_by("pk")[: page_size + 1])
            has_newer, rows = len(rows) > page_size, rows[:page_size][::-1]
            has_older = True
        else:
            queryset = queryset.filter(pk__lt=older) if older else queryset
            rows = list(queryset.order_by("-pk")[: page_size + 1])
            has_newer, has_older, rows = bool(older), len(rows) > page_size, rows[:page_size]
        self.older = rows[-1].pk if rows and has_older else None
        self.newer = rows[0].pk if rows and has_newer else None
        return None, None, rows, False

    def get_context_data(self, *args, **kwargs):
        """Where the pages before and after begin."""
        context = super().get_context_data(*args, **kwargs)
        return context | {"older": self.older, "newer": self.newer, "empty": self.empty}

    @cached_property
    def empty(self):
        """What to say when nothing is there at all: {"title", "text", "url", "button"}."""
        return {}

    def _key(self, name: str) -> int | None:
        """A number a browser sent; anything else is the first page."""
        value = self.request.GET.get(name, "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
