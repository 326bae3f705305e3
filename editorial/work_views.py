"""The screen of the work on an entry: brief, steps, talk and guests. Those who plan do all; guests read and talk."""

from django import forms
from django.contrib.auth import get_user_model
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminAutoHeightTextInput

from cms import clock, policy
from cms.policies import EVERYONE, WRITERS
from editorial import approvals, interviews, work
from editorial.calendar.forms import DayInput
from editorial.interview_verbs import ExpertForm, InterviewVerbs, QuoteForm
from editorial.keys import one_of
from editorial.models import Assignment, BriefPoint, Entry
from editorial.schedule import Refused


def colleagues(groups):
    """Active people of these groups, by name."""
    people = get_user_model().objects.filter(is_active=True, groups__name__in=groups)
    return people.distinct().order_by("first_name", "username")


class SayForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Say something"), max_length=4000, widget=AdminAutoHeightTextInput)
    is_decision = forms.BooleanField(label=gettext_lazy("This is a decision"), required=False)


class AssignForm(forms.ModelForm):
    class Meta:
        model = Assignment
        fields = ["name", "assignee", "due_on", "instructions"]
        widgets = {"due_on": DayInput, "instructions": AdminAutoHeightTextInput(attrs={"rows": 1})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = colleagues(EVERYONE)


class InviteForm(forms.Form):
    colleague = forms.ModelChoiceField(label=gettext_lazy("Invite a colleague"), queryset=None)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["colleague"].queryset = colleagues(set(EVERYONE) - set(WRITERS))


class AskForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    email = forms.EmailField(label=gettext_lazy("E-mail"))


class WorkView(InterviewVerbs, policy.RightRequired, WagtailAdminTemplateMixin, TemplateView):
    """GET shows it; POST `do` with one of VERBS. Guests may say something, and finish a step that is theirs."""

    right = "entry.discuss"
    header_icon = "clipboard-list"
    page_title = gettext_lazy("Work")
    template_name = "editorial/work.html"
    verbs = ("say", "take", "finish", "answer", "assign", "invite", "uninvite", "ask", *InterviewVerbs.interview_verbs)
    for_guests = ("say", "finish")
    wrong = None

    @cached_property
    def entry(self) -> Entry:
        entries = Entry.objects.select_related("stage", "assignee", "page", "campaign")
        return policy.get_visible(self.request.user, self.right, entries, pk=self.kwargs["pk"])

    @cached_property
    def may_change(self) -> bool:
        return policy.may(self.request.user, "calendar.change")

    def get_page_subtitle(self):
        return self.entry.title

    def get_breadcrumbs_items(self):
        calendar = {"url": reverse("editorial:calendar"), "label": _("Calendar")}
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [*self.breadcrumbs_items, calendar, here]

    def get_context_data(self, **kwargs):
        entry, remarks = self.entry, list(self.entry.remarks.select_related("author"))
        brief = work.brief(entry)
        return super().get_context_data(**kwargs) | {
            "entry": entry,
            "may_change": self.may_change,
            "brief": brief,
            "interviews": [(one, interviews.state(one), interviews.why_closed(one)) for one in interviews.of(entry)],
            "suggested": interviews.suggested(entry) if self.may_change else [],
            "waivers": entry.waivers.select_related("user"),
            "open_points": sum(not text for _point, text in brief),
            "steps": entry.assignments.select_related("assignee"),
            "today": timezone.localdate(clock.now()),
            "remarks": remarks,
            "decisions": [remark for remark in remarks if remark.is_decision],
            "guests": entry.invited.all(),
            "approvals": entry.approvals.all() if self.may_change else [],
            "forms": self.forms(),
        }

    def forms(self) -> dict[str, forms.BaseForm]:
        """All of the screen, with the one that was wrong as the person filled it."""
        empty = {"say": SayForm(), "assign": AssignForm(), "invite": InviteForm(), "ask": AskForm()}
        return empty | {"expert": ExpertForm(auto_id="expert_%s"), "quote": QuoteForm()} | (self.wrong or {})

    def post(self, request, **kwargs):
        verb = request.POST.get("do")
        if verb not in (self.verbs if self.may_change else self.for_guests):
            raise Http404
        try:
            self.wrong = getattr(self, verb)(request.POST)
        except Refused as error:
            messages.error(request, str(error))
            return self.render_to_response(self.get_context_data(), status=409)
        if self.wrong:
            return self.render_to_response(self.get_context_data(), status=400)
        return redirect("editorial:work", pk=self.entry.pk)

    def say(self, said):
        form = SayForm(said)
        if not form.is_valid():
            return {"say": form}
        work.say(self.entry, user=self.request.user, **form.cleaned_data)
        return None

    def assign(self, said):
        form = AssignForm(said)
        if not form.is_valid():
            return {"assign": form}
        work.assign(self.entry, user=self.request.user, **form.cleaned_data)
        return None

    def take(self, said):
        work.take(one_of(self.entry.assignments.all(), said.get("step")), user=self.request.user)

    def finish(self, said):
        steps = self.entry.assignments.all()
        steps = steps if self.may_change else steps.filter(assignee=self.request.user)
        work.finish(one_of(steps, said.get("step")), user=self.request.user, done="undo" not in said)

    def answer(self, said):
        point = one_of(BriefPoint.objects.all(), said.get("point"))
        text, before = said.get("text", "").strip()[:4000], said.get("before", "").replace("\r\n", "\n")
        work.answer(self.entry, point, text.replace("\r\n", "\n"), user=self.request.user, before=before)

    def invite(self, said):
        form = InviteForm(said)
        if not form.is_valid():
            return {"invite": form}
        work.invite(self.entry, form.cleaned_data["colleague"], user=self.request.user)
        return None

    def ask(self, said):
        form = AskForm(said)
        if not form.is_valid():
            return {"ask": form}
        approvals.ask(self.entry, user=self.request.user, **form.cleaned_data)
        return None

    def uninvite(self, said):
        work.uninvite(self.entry, one_of(self.entry.invited.all(), said.get("colleague")), user=self.request.user)
