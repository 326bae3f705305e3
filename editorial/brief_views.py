"""A brief by itself: kept while it is typed, at an address of its own, so that it races no other form of the screen;
and read in the calendar's dialog, without leaving the calendar."""

from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.generic import TemplateView

from cms import policy
from editorial import briefs, work
from editorial.keys import one_of
from editorial.models import BriefPoint, Entry

LONGEST = 4000


class KeepView(policy.RightRequired, View):
    """POST `point`, `text` and `before`, the answer that the person saw.

    Answers {"kept": the answer, "said", "open": how many questions are}, or with 409 {"stored", "text"}: what somebody
    else said meanwhile, and nothing was changed.
    """

    right = "calendar.change"
    http_method_names = ["post"]

    def post(self, request, pk):
        entry = policy.get_visible(request.user, self.right, Entry.objects.all(), pk=pk)
        point = one_of(BriefPoint.objects.all(), request.POST.get("point"))
        text, before = typed(request.POST, "text").strip(), typed(request.POST, "before")
        try:
            work.answer(entry, point, text, user=request.user, before=before, quietly=True)
        except work.Answered as error:
            words = _("Somebody answered meanwhile: “%s”.") if error.stored else _("Somebody emptied it meanwhile.%.0s")
            return JsonResponse({"stored": error.stored, "text": words % error.stored}, status=409)
        number = sum(not answer for _point, answer in work.brief(entry))
        words = ngettext("%d question open", "%d questions open", number) % number if number else _("complete")
        return JsonResponse({"kept": text, "said": _("Kept."), "open": words})


class GlanceView(policy.RightRequired, TemplateView):
    """The brief as it stands, for reading: a piece of a page."""

    right = "calendar.change"
    template_name = "editorial/panels/brief.html"

    def get_context_data(self, **kwargs):
        entries = Entry.objects.select_related("stage", "assignee").prefetch_related("personas", "topics")
        entry = policy.get_visible(self.request.user, self.right, entries, pk=self.kwargs["pk"])
        return super().get_context_data(**kwargs) | briefs.shown(entry)


def typed(said, name: str) -> str:
    """What stands in a text field, its line ends as they are stored."""
    return said.get(name, "").replace("\r\n", "\n")[:LONGEST]
