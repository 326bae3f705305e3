"""What a person does with one entry: write it, move it, draft it, give it up."""

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic import HistoryView, WagtailAdminTemplateMixin

from cms import clock, policy
from cms.keys import number
from cms.models import BuyingStage, Persona, Topic
from cms.models.pages import Format, ShelfLife
from editorial import schedule, similar, slots
from editorial.calendar.forms import DropForm, EntryForm
from editorial.models import Entry


class EntryScreen(policy.RightRequired, WagtailAdminTemplateMixin):
    """Shared by the screens of one entry: who may, which entry, where to go afterwards."""

    right = "calendar.change"
    header_icon = "calendar-alt"

    @cached_property
    def entry(self) -> Entry:
        entries = Entry.objects.select_related("stage", "assignee", "page")
        return policy.get_visible(self.request.user, self.right, entries, pk=self.kwargs["pk"])

    @cached_property
    def back(self) -> str:
        """The list the person came from, if it is on this site; else the calendar at the entry's month."""
        return get_valid_next_url_from_request(self.request) or reverse("editorial:calendar")

    def get_page_subtitle(self):
        return self.entry.title

    def get_breadcrumbs_items(self):
        calendar = {"url": self.back, "label": _("Calendar")}
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [*self.breadcrumbs_items, calendar, here]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"back": self.back}

    def refuse(self, error: Exception, form):
        """Show the screen again with what stands now and why nothing was saved: 409."""
        self.__dict__.pop("entry", None)
        messages.error(self.request, str(error))
        return self.render_to_response(self.get_context_data(form=form), status=409)


class EntryFormScreen(EntryScreen, FormView):
    """The form of an entry, with what is like it beside."""

    form_class = EntryForm
    template_name = "editorial/calendar/entry.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"media": context["form"].media, **self.alike(context["form"])}

    def alike(self, form) -> dict:
        """Pieces and plans like what the form says now."""
        said = form.cleaned_data if form.is_bound and hasattr(form, "cleaned_data") else form.initial
        title, stage, topics = said.get("title") or "", said.get("stage"), said.get("topics") or []
        stage = BuyingStage.objects.filter(pk=stage).first() if isinstance(stage, int) else stage
        topics = [topic for topic in topics if isinstance(topic, Topic)]
        return {
            "similar_pieces": similar.pieces(title, stage, topics),
            "similar_entries": similar.entries(title, stage, topics, exclude_id=form.instance.pk),
        }


class SimilarView(policy.RightRequired, TemplateView):
    """The box beside the form, for the title, stage and topics in the address."""

    right = "calendar.change"
    template_name = "editorial/calendar/similar.html"

    def get_context_data(self, **kwargs):
        asked = self.request.GET
        stage = BuyingStage.objects.filter(pk=number(asked.get("stage"))).first()
        topics = Topic.objects.filter(pk__in=map(number, asked.getlist("topics")))
        title = asked.get("title", "")[:200]
        return super().get_context_data(**kwargs) | {
            "similar_pieces": similar.pieces(title, stage, topics),
            "similar_entries": similar.entries(title, stage, topics, exclude_id=number(asked.get("exclude"))),
        }


class AddEntryView(EntryFormScreen):
    """A new entry; stage, persona, topic, day, title, and the held room that it fills may come in the address."""

    page_title = gettext_lazy("Plan a piece")

    def get_page_subtitle(self):
        return ""

    @cached_property
    def slot(self):
        """The held room that the entry is for, if any. Raises Http404 for one that is gone."""
        key = self.request.POST.get("slot") or self.request.GET.get("slot")
        return policy.get_visible(self.request.user, self.right, slots.held(), pk=number(key)) if key else None

    def get_initial(self):
        """What the address says, as far as it exists."""
        asked = self.request.GET
        if self.slot:
            return slots.prefill(self.slot, timezone.localdate(clock.now()))
        found = {
            "stage": BuyingStage.objects.filter(pk=number(asked.get("stage"))).first(),
            "personas": list(Persona.objects.filter(pk__in=map(number, asked.getlist("persona")))),
            "topics": list(Topic.objects.filter(pk__in=map(number, asked.getlist("topic")))),
            "title": asked.get("title", "")[:200],
            "due_on": asked.get("due_on"),
            "format": asked.get("format") if asked.get("format") in Format.values else None,
            "shelf_life": asked.get("shelf_life") if asked.get("shelf_life") in ShelfLife.values else None,
        }
        return {name: value for name, value in found.items() if value}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"slot": self.slot}

    def form_valid(self, form):
        asked = form.cleaned_data
        if asked["step"] not in schedule.BEFORE_WRITING and (questions := schedule.unanswered(form.instance)):
            error = _("Plan it first, and answer in its brief what is needed before drafting: %s")
            form.add_error("step", error % " · ".join(questions))
            return self.form_invalid(form)
        entry = schedule.plan(
            form.save(commit=False),
            user=self.request.user,
            personas=form.cleaned_data["personas"],
            topics=form.cleaned_data["topics"],
        )
        if self.slot:
            self.take(self.slot, entry)
        edit = reverse("editorial:edit", args=[entry.pk])
        messages.success(self.request, _("“%s” is planned.") % entry.title, buttons=[messages.button(edit, _("Edit"))])
        return redirect(self.back)

    def take(self, slot, entry):
        """Fill the room; when it was filled meanwhile, the entry is planned all the same, and it is said."""
        try:
            slots.fill(slot, entry, user=self.request.user, version=slot.version)
        except (schedule.Stale, schedule.Refused) as error:
            messages.warning(self.request, str(error))


class EditEntryView(EntryFormScreen):
    page_title = gettext_lazy("Entry")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.entry}

    def get_context_data(self, **kwargs):
        history = reverse("editorial:history", args=[self.entry.pk])
        return super().get_context_data(**kwargs) | {"entry": self.entry, "history_url": history}

    def form_valid(self, form):
        said = form.cleaned_data
        who = {"user": self.request.user, "version": said["version"] or 0, "note": " ".join(said["note"].split())}
        try:
            entry = schedule.revise(self.entry, **who, values=form.values(), reason=said["reason"])
        except schedule.Unready as error:
            form.unready = error.questions
            return self.refuse(error, form)
        except schedule.Refused as error:
            return self.refuse(error, form)
        except schedule.Stale as error:
            return self.refuse(error, self._again(error.entry))
        messages.success(self.request, _("“%s” is saved.") % entry.title)
        return redirect(self.back)

    def _again(self, stored: Entry) -> EntryForm:
        """The form as the person filled it, ready to be saved over what is stored now; it lists what would change."""
        said = self.request.POST.copy()
        said["version"] = stored.version
        form = EntryForm(said, instance=stored)
        changed = [name for name in form.changed_data if name not in ("version", "note")]
        form.conflicts = [(form.fields[name].label, _stored(stored, name)) for name in changed]
        return form


class DropView(EntryScreen, FormView):
    page_title = gettext_lazy("Drop")
    form_class = DropForm
    template_name = "editorial/calendar/drop.html"

    def get_initial(self):
        return {"version": self.entry.version}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"entry": self.entry}

    def form_valid(self, form):
        asked = form.cleaned_data
        try:
            schedule.drop(self.entry, user=self.request.user, version=asked["version"], reason=asked["reason"])
        except (schedule.Stale, schedule.Refused) as error:
            self.__dict__.pop("entry", None)
            return self.refuse(error, self.form_class(initial=self.get_initial()))
        edit = reverse("editorial:edit", args=[self.entry.pk])
        text = _("“%s” is dropped.") % self.entry.title
        messages.success(self.request, text, buttons=[messages.button(edit, _("Open it"))])
        return redirect(self.back)


class StartDraftView(EntryScreen, TemplateView):
    """POST makes the entry's draft page, once, and opens it in the editor. Where needed questions of its brief are open
    it asks for a `reason` first."""

    http_method_names = ["post"]
    page_title = gettext_lazy("Start draft")
    template_name = "editorial/calendar/unready.html"

    def post(self, request, pk):
        try:
            page = schedule.start_draft(self.entry, request.user, reason=request.POST.get("reason", ""))
        except schedule.Unready as error:
            asked = {"entry": self.entry, "questions": error.questions}
            return self.render_to_response(self.get_context_data(**asked), status=409)
        except (schedule.Refused, PermissionDenied) as error:
            reason = str(error) or _("You may not add pages under the home page. Ask an admin for that right.")
            messages.error(request, reason)
            return redirect(self.back)
        return HttpResponseRedirect(reverse("wagtailadmin_pages:edit", args=[page.pk]))


class EntryHistoryView(policy.RightRequired, HistoryView):
    right = "calendar.change"
    model = Entry
    any_permission_required = None
    history_url_name = "editorial:history"
    history_results_url_name = "editorial:history_results"
    edit_url_name = "editorial:edit"
    index_url_name = "editorial:calendar"


def prefilled(**values) -> str:
    """The address of the form for a new entry with these values in it."""
    return f"{reverse('editorial:add')}?{urlencode({key: value for key, value in values.items() if value})}"


def _stored(entry: Entry, name: str) -> str:
    """What stands in a field, as a person reads it."""
    if display := getattr(entry, f"get_{name}_display", None):
        return str(display())
    value = getattr(entry, name)
    if hasattr(value, "all"):
        value = ", ".join(str(one) for one in value.all())
    return date_format(value, "DATE_FORMAT") if hasattr(value, "isoformat") else str(value or "–")
