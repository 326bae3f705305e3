"""The one address that moves anything on the calendar: for the drag, the keys and the dialog, and without a script."""

from itertools import chain

from django.contrib import messages as django_messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from cms import policy
from cms.models import AssetPage
from editorial import slots
from editorial.calendar import moves
from editorial.calendar.cards import Lane
from editorial.calendar.entry_views import EntryScreen
from editorial.calendar.forms import MoveForm
from editorial.models import Entry
from editorial.schedule import Refused, Stale

PLACES = {"up": -1, "down": 1}


class MoveView(EntryScreen, FormView):
    """POST `day` (with `after`: the entry of that day to stand behind, 0 for first), `pick`, `step`, `assignee` or
    `title`, the `version` that the person saw, a `note` for the history, `sure` where a question was answered, and
    `steps` where those of the work go along.

    Answers HTML, or for `Accept: application/json` {"text", "version", "undo"}, {"question", "yes"} (and "why"
    where a `reason` is needed), or with 409 {"text", "version", "day"}: what stands now, and nothing was changed.
    """

    page_title = gettext_lazy("Move")
    form_class = MoveForm
    template_name = "editorial/calendar/move.html"
    question = None

    @cached_property
    def target(self) -> moves.Target:
        """What the address names. Another's and a missing one answer alike: Http404."""
        kind, lane, pk = self.kwargs["kind"], self.kwargs["lane"], self.kwargs["pk"]
        if kind not in ("entry", "page", "slot") or lane not in Lane.values or (kind == "slot") != (lane == Lane.SLOT):
            raise Http404(f"Nothing on the calendar is a {kind}/{lane}")
        if kind == "slot":
            slot = policy.get_visible(self.request.user, self.right, slots.held(), pk=pk)
            return moves.Target(Lane.SLOT, slot=slot)
        if kind == "entry":
            entries = Entry.objects.select_related("page")
            entry = policy.get_visible(self.request.user, self.right, entries, pk=pk)
            target = moves.Target(Lane(lane), entry, entry.page)
        else:
            target = moves.Target(Lane(lane), page=AssetPage.objects.filter(pk=pk).first())
        if not target.is_plan and (target.page is None or lane not in (Lane.PUBLISH, Lane.EXPIRE)):
            raise Http404(f"{kind} {pk} has no date “{lane}” that could be moved")
        return target

    @property
    def wants_json(self) -> bool:
        return "application/json" in self.request.headers.get("Accept", "")

    def get_page_subtitle(self):
        return self.target.title

    def get_initial(self):
        return {"day": self.target.day, "version": self.target.version}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | self.limits()

    def limits(self) -> dict:
        """What the form has to know of the target."""
        target = self.target
        return {"stands_on": target.day, "may_wait": target.may_wait, "may_be_placed": target.may_be_placed}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"target": self.target, "question": self.question}

    def form_invalid(self, form):
        if self.wants_json:
            return JsonResponse({"text": " ".join(chain(*form.errors.values()))}, status=400)
        return super().form_invalid(form)

    def form_valid(self, form):
        try:
            moved = self.move(form.cleaned_data)
        except moves.Question as question:
            return self.ask(question, form)
        except (Stale, Refused) as error:
            return self.tell(error)
        return self.say(moved)

    def move(self, asked: dict) -> moves.Moved:
        """Carry out what the form says. Raises Question, Stale and Refused."""
        who = {"user": self.request.user} | {name: asked[name] for name in ("version", "note")}
        if asked.get("step"):
            return moves.to_step(self.target, **who, step=asked["step"], reason=asked["reason"])
        if whom := asked.get("assignee"):
            return moves.to_person(self.target, **who, assignee=None if whom == moves.NOBODY else whom)
        if asked.get("title"):
            return moves.to_title(self.target, **who, title=asked["title"])
        if by := PLACES.get(asked["pick"]):
            return moves.to_place(self.target, **who, by=by)
        return moves.to_day(self.target, **who, **{name: asked[name] for name in ("day", "sure", "after", "steps")})

    def ask(self, question: moves.Question, form):
        """Nothing is changed yet: the same move with `sure` carries it out."""
        if self.wants_json:
            why = {"why": question.why} if question.why else {}
            return JsonResponse({"question": str(question), "yes": str(question.yes)} | why)
        self.question = question
        return self.render_to_response(self.get_context_data(form=form))

    def tell(self, error: Exception):
        """409 with what stands now."""
        self.__dict__.pop("target", None)
        target = self.target
        if self.wants_json:
            day = target.day.isoformat() if target.day else ""
            return JsonResponse({"text": str(error), "version": target.version, "day": day}, status=409)
        return self.refuse(error, self.form_class(initial=self.get_initial(), **self.limits()))

    def say(self, moved: moves.Moved):
        """Done; with what undoes it. Without a script that is a form in the message, for GET changes nothing."""
        if self.wants_json:
            return JsonResponse({"text": moved.text, "version": moved.version, "undo": moved.undo})
        context = {"moved": moved, "address": self.request.path, "back": self.back}
        toast = render_to_string("editorial/calendar/moved.html", context, request=self.request)
        django_messages.success(self.request, toast)
        return redirect(self.back)
