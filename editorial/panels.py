"""Beside the page editor: the brief that the page is written from, and how the page does with its readers.

They only show: what they show is changed on screens of its own, so nothing here races the editor's autosave.
"""

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet

from cms import policy, ports, scorecard_words, scorecards
from cms.models import AssetPage
from editorial import briefs, work
from editorial.models import Entry


class BriefPanel(BaseSidePanel):
    """The brief of the page's entry; its counter says how many questions are open."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        icon_name = "clipboard-list"

        @property
        def aria_label(self):
            """With the number that the button shows, which is otherwise seen but not said."""
            number = self.panel.unanswered
            said = ngettext("Toggle brief, %d question open", "Toggle brief, %d questions open", number)
            return said % number if number else _("Toggle brief")

        def get_context_data(self, parent_context):
            return super().get_context_data(parent_context) | {"count": self.panel.unanswered}

    name = "brief"
    title = gettext_lazy("Brief")
    template_name = "editorial/panels/brief.html"
    order = 150

    @cached_property
    def entry(self) -> Entry | None:
        found = Entry.objects.select_related("stage", "assignee").prefetch_related("personas", "topics")
        return found.filter(page=self.object.pk).first()

    @cached_property
    def brief(self) -> list:
        return work.brief(self.entry) if self.entry else []

    @property
    def unanswered(self) -> int:
        return sum(not text for _point, text in self.brief)

    def get_context_data(self, parent_context):
        return super().get_context_data(parent_context) | briefs.shown(self.entry, self.brief)


class ScorecardPanel(BaseSidePanel):
    """What the ledger and the readers say of the page; "not known yet" where nobody knows."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = gettext_lazy("Toggle scorecard")
        icon_name = "view"
        has_counter = False

    name = "scorecard"
    title = gettext_lazy("Scorecard")
    template_name = "editorial/panels/scorecard.html"
    order = 160

    def get_context_data(self, parent_context):
        pk = self.object.pk
        card = scorecards.of_assets([pk]).get(pk)
        lines, known = scorecard_words.lines(card), ports.asset_figures([pk]).get(pk)
        if known:
            useful = scorecard_words.share(known["useful"], known["not_useful"])
            lines += [(_("Views, ever"), known["views"]), (_("Useful to readers"), useful)]
        may_open = policy.may(self.request.user, "scorecard.view")
        return super().get_context_data(parent_context) | {"lines": lines, "card": card, "may_open": may_open}


class AssetEditView(EditView):
    """Wagtail's editor with our panels, for those who plan."""

    def get_side_panels(self):
        panels = super().get_side_panels()
        if policy.may(self.request.user, "calendar.change") and not self.expects_json_response:
            panels += [BriefPanel(self.page, self.request), ScorecardPanel(self.page, self.request)]
        return panels


class AssetEditing(PageViewSet):
    model = AssetPage
    edit_view_class = AssetEditView
