"""Polls in the admin: the questions, and what readers of each stage answered."""

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, NumberColumn, TitleColumn
from wagtail.admin.views import generic

from cms.admin.columns import DayColumn
from cms.admin.taxonomy import ListOfOurs
from cms.feedback import poll_results, polls
from cms.feedback.models import Poll
from cms.surveys.results import ENOUGH, PERSONA, STAGE


class PollIndexView(generic.IndexView):
    """The list counts the answers in its own query."""

    def get_base_queryset(self):
        return super().get_base_queryset().annotate(answered=Count("answers"))


class PollInspectView(generic.InspectView):
    """The results, in all and side by side for stages or personas (`by`)."""

    page_title = _("Poll")

    def get_context_data(self, **kwargs):
        by = PERSONA if self.request.GET.get("by") == PERSONA else STAGE
        found = {
            "by": by,
            "table": poll_results.table(self.object, by),
            "is_taking": polls.open_ones().filter(pk=self.object.pk).exists(),
            "may_edit": self.request.user.has_perm("cms.change_poll"),
            "enough": ENOUGH,
        }
        return super().get_context_data(**kwargs) | found


class PollViewSet(ListOfOurs):
    """One question at a time, under the pieces of a stage or topic, or under all."""

    model = Poll
    name = "polls"
    icon = "help"
    menu_label = _("Polls")
    menu_order = 17
    index_view_class = PollIndexView
    inspect_view_class = PollInspectView
    inspect_view_enabled = True
    inspect_template_name = "cms/admin/poll.html"
    copy_view_enabled = False
    list_display = [
        TitleColumn("question", label=_("Question"), url_name="polls:inspect"),
        BooleanColumn("is_open", label=_("Open")),
        DayColumn("closes_on", label=_("Last day")),
        NumberColumn("answered", label=_("Answers")),
    ]
    panels = [
        FieldPanel("question"),
        InlinePanel("options", heading=_("Answers to choose from"), label=_("Answer")),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("stage"), FieldPanel("topic")])], heading=_("Under which pieces it stands")
        ),
        FieldRowPanel([FieldPanel("is_open"), FieldPanel("closes_on")]),
    ]
