"""The screens of held room: hold some, look at one, fill it, empty it, give it up."""

from django import forms
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request

from cms import clock, policy
from cms.keys import number
from editorial import slots
from editorial.calendar.entry_views import EntryScreen
from editorial.calendar.forms import DayInput
from editorial.models import Entry, Slot
from editorial.schedule import Refused, Stale


class SlotForm(forms.ModelForm):
    """Room for the timely: where in the cycle, and when."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Slot
        fields = ["stage", "day", "width", "topic", "persona", "note"]
        widgets = {"day": DayInput, "width": forms.RadioSelect}
        labels = {"stage": gettext_lazy("Buying stage"), "day": gettext_lazy("Day")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    def values(self) -> dict:
        """What the person wrote, for `slots.revise`."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class SlotScreen(EntryScreen, FormView):
    """Shared by the form for new room and the screen of one."""

    form_class = SlotForm
    template_name = "editorial/slots/slot.html"
    header_icon = "circle-plus"


class AddSlotView(SlotScreen):
    """New room; its day may come in the address."""

    page_title = gettext_lazy("Hold room")

    def get_page_subtitle(self):
        return ""

    def get_initial(self):
        day = _day(self.request.GET.get("day", ""))
        return {"day": day} if day else {}

    def form_valid(self, form):
        slot = slots.hold(form.save(commit=False), user=self.request.user)
        messages.success(self.request, _("%s is held.") % slot.title)
        return redirect(self.back)


class SlotView(SlotScreen):
    """One slot: how it stands, what could fill it, and its own fields."""

    page_title = gettext_lazy("Held room")

    @cached_property
    def slot(self) -> Slot:
        return policy.get_visible(self.request.user, self.right, slots.held(), pk=self.kwargs["pk"])

    def get_page_subtitle(self):
        return self.slot.title

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.slot}

    def get_context_data(self, **kwargs):
        today, filled = timezone.localdate(clock.now()), slots.is_filled(self.slot)
        here = {
            "slot": self.slot,
            "filled": filled,
            "state": slots.state(self.slot.day, self.slot.last_day, filled=filled, today=today),
            "offers": [] if filled else slots.offers(self.slot),
            "plan_url": f"{reverse('editorial:add')}?slot={self.slot.pk}",
        }
        return super().get_context_data(**kwargs) | here

    def form_valid(self, form):
        stored = Slot.objects.get(pk=self.slot.pk)  # the form has already written into the other
        try:
            slots.revise(stored, user=self.request.user, version=form.cleaned_data["version"] or 0, **form.values())
        except (Stale, Refused) as error:
            self.__dict__.pop("slot", None)
            return self.refuse(error, SlotForm(instance=self.slot))
        messages.success(self.request, _("The room is changed."))
        return redirect(self.back)


class SlotVerb(policy.RightRequired, View):
    """Shared by what is done to a slot with one POST; answers JSON to a script, else goes back with a message."""

    right = "calendar.change"
    http_method_names = ["post"]

    def post(self, request, pk):
        slot = policy.get_visible(request.user, self.right, slots.held(), pk=pk)
        by_script = "application/json" in request.headers.get("Accept", "")
        try:
            text, undo = self.perform(slot, number(request.POST.get("version")))
        except (Stale, Refused) as error:
            if by_script:
                return JsonResponse({"text": str(error)}, status=409)
            messages.error(request, str(error))
            return redirect("editorial:slot", pk)
        if by_script:
            version = Slot.objects.values_list("version", flat=True).get(pk=pk)
            return JsonResponse({"text": text, "version": version, "undo": undo})
        messages.success(request, text)
        return redirect(get_valid_next_url_from_request(request) or "editorial:calendar")


class FillView(SlotVerb):
    """POST `entry` (empty: take it out, `back_to` a day or "none"), `version`, and `entry_version` if it was seen."""

    def perform(self, slot: Slot, version: int):
        asked, user = self.request.POST, self.request.user
        if not asked.get("entry"):
            back = asked.get("back_to")
            back_to = "" if back is None else _day(back)
            slots.empty(slot, user=user, version=version, back_to=back_to)
            return _("%s is open again.") % slot.title, {"entry": str(slot.entry_id or "")}
        entry = policy.get_visible(user, self.right, Entry.objects.all(), pk=number(asked["entry"]))
        before = entry.due_on
        seen = number(asked.get("entry_version")) or entry.version
        slots.fill(slot, entry, user=user, version=version, entry_version=seen)
        text = _("“%(entry)s” fills %(slot)s.") % {"entry": entry.title, "slot": slot.title}
        return text, {"entry": "", "back_to": before.isoformat() if before else "none"}


class ReleaseView(SlotVerb):
    """POST gives the room up."""

    def perform(self, slot: Slot, version: int):
        slots.release(slot, user=self.request.user, version=version)
        return _("%s is given up; nothing is held there any more.") % slot.title, {}


def _day(text: str):
    try:
        return parse_date(text)
    except ValueError:
        return None
