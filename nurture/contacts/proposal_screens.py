"""Screens of proposals that two ids are one reader's: the list, and one of them with what speaks for and against."""

import django_filters
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn

from cms import policy
from nurture.contacts import deciding
from nurture.contacts.models import MergeProposal
from nurture.contacts.screens import KeysetListing, Screen

State = MergeProposal.State
TITLE = gettext_lazy("Are they one reader?")


class IdsColumn(Column):
    """The two ids, linked to the question."""

    cell_template_name = "nurture/contacts/cells/proposal.html"


class ProposalFilters(WagtailFilterSet):
    """What is to decide, unless another state is asked for; and by whom it was said."""

    state = django_filters.ChoiceFilter(
        choices=[(state, state.label) for state in (State.ACCEPTED, State.DECLINED, State.WAITING)],
        label=gettext_lazy("State"),
        empty_label=State.OPEN.label,
    )
    by_page = django_filters.ChoiceFilter(
        choices=[("false", gettext_lazy("A server, under its key")), ("true", gettext_lazy("A page, as anybody can"))],
        label=gettext_lazy("Said by"),
        method="filter_by_page",
        empty_label=gettext_lazy("Anybody"),
    )

    class Meta:
        model = MergeProposal
        fields = ["state", "by_page"]

    def filter_by_page(self, queryset, name, value):
        """Of servers, or of pages."""
        return queryset.filter(by_page=value == "true")


class ProposalList(KeysetListing):
    """What other systems propose, newest first."""

    right = "contact.merge"
    page_title, header_icon = gettext_lazy("Proposed merges"), "group"
    index_url_name, index_results_url_name = "nurture:proposals", "nurture:proposals_results"
    filterset_class = ProposalFilters
    is_searchable = False
    verbose_name_plural = gettext_lazy("proposed merges")
    columns = [
        IdsColumn("ids", label=gettext_lazy("The two ids")),
        Column("contact", label=gettext_lazy("The first is"), accessor=lambda row: row.contact or "–"),
        Column("other", label=gettext_lazy("The second is"), accessor=lambda row: row.other or "–"),
        DateColumn("said_at", label=gettext_lazy("Said"), classname="wide-only"),
    ]

    def get_base_queryset(self):
        """Those to decide, or all for a filter to choose from."""
        rows = MergeProposal.objects.select_related("contact", "other")
        return rows if self.request.GET.get("state") else rows.filter(state=State.OPEN)

    @cached_property
    def empty(self):
        """Where proposals come from."""
        text = _(
            "When another system says by the Segment call “alias” that two ids are one reader, and we know a contact "
            "by one of them, it stands here for you to decide. Nobody is merged before."
        )
        return {"title": _("Nothing to decide"), "text": text}


class DecideProposal(Screen):
    """GET shows the question, POST decides: `decision` is accept, decline or back, `mark` what was shown."""

    right, template_name, header_icon = "contact.merge", "nurture/contacts/proposal.html", "group"
    page_title = TITLE
    trail = ((gettext_lazy("Contacts"), "nurture:contacts"), (gettext_lazy("Proposed merges"), "nurture:proposals"))

    def get(self, request, pk):
        """Both sides, with what was last done there."""
        return self.show(pk)

    def post(self, request, pk):
        """Decide, and go on with the list."""
        decision, mark = request.POST.get("decision"), request.POST.get("mark", "")
        try:
            if decision == "accept":
                said = _("%s is one reader now.") % deciding.accept(pk, mark, request.user).user
            elif decision == "decline":
                said = _("%s stays apart.") % deciding.decline(pk, mark, request.user).user
            elif decision == "back":
                said = _("The decision about %s is taken back.") % deciding.take_back(pk, request.user).user
            else:
                raise Http404
        except MergeProposal.DoesNotExist as error:
            raise Http404 from error
        except deciding.Changed:
            messages.error(request, _("Nothing was changed: it is not as you saw it any more. Look at it again."))
            return self.show(pk, status=409)
        messages.success(request, said)
        return HttpResponseRedirect(reverse("nurture:proposals"))

    def show(self, pk: int, status: int = 200):
        """The page."""
        rows = MergeProposal.objects.select_related("contact", "other", "decided_by", "made")
        proposal = policy.get_visible(self.request.user, self.right, rows, pk=pk)
        asked = deciding.question(proposal)
        sides = [(side, deciding.seen(side)) for side in (asked.kept, asked.moved)]
        context = self.get_context_data(proposal=proposal, asked=asked, sides=sides)
        return self.render_to_response(context, status=status)
