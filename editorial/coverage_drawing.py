"""How a cell of the coverage map looks, said in Python: as a template, sixty of them took half of the answer's time."""

from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms import clock
from editorial.calendar.saying import when
from editorial.coverage import Cell
from editorial.coverage_kept import Standout
from editorial.coverage_states import State
from editorial.markup import NOTHING, filled, icon, joined


class CellPen:
    """Draws the cells of one map. `here`: the screen's address, to come back to; `may_open`: scorecards of pieces."""

    def __init__(self, *, may_change: bool, may_open: bool, here: str):
        self.may_change, self.may_open = may_change, may_open
        self.back = urlencode({"next": here})
        self.lists = {name: reverse(f"editorial:{name}") for name in ("live", "weak", "drafts", "planned", "add")}
        self._said: dict[State, SafeString] = {}
        self._days: dict[date, str] = {}
        self.today = timezone.localdate(clock.now())

    def cell(self, cell: Cell) -> SafeString:
        """One `<td>`."""
        self.where = filled('<span class="w-sr-only">: {}, {}</span>', cell.row_label, cell.column_label)
        return filled(
            '<td class="nr-cell{}" data-cell="{}-{}">{}<span class="nr-cell__figures">{}</span>{}{}{}{}{}</td>',
            f" nr-cell--{cell.state.key}" if cell.state else "", cell.row, cell.column,
            filled('<span class="nr-cell__state">{}</span>', self._state(cell.state)) if cell.state else NOTHING,
            self._figures(cell), self._people(cell), self._wishes(cell), self._standouts(cell), self._changes(cell),
            self._plan(cell),
        )  # fmt: skip

    def _state(self, state: State) -> SafeString:
        if state not in self._said:
            self._said[state] = filled("{}{}", icon(state.icon), state.word)
        return self._said[state]

    def _figures(self, cell: Cell) -> SafeString:
        live = self._figure("live", cell, cell.live, self._words["live"])
        parts = [live or filled('<span class="nr-quiet"><b>0</b> {}</span>', self._words["live"])]
        parts.append(self._figure("weak", cell, cell.weak, self._words["weak"]))
        if self.may_change:
            parts.append(self._figure("drafts", cell, cell.drafts, ngettext("draft", "drafts", cell.drafts)))
        parts.append(self._figure("planned", cell, cell.planned, self._words["planned"]))
        if cell.due:
            parts.append(filled('<span class="nr-quiet nr-cell__due">{}</span>', self._due(cell.due)))
        return joined(parts)

    def _due(self, day: date) -> str:
        """When the next plan is due; said once for each day."""
        if day not in self._days:
            self._days[day] = _("next: %(when)s") % {"when": when(day, self.today)}
        return self._days[day]

    def _figure(self, name: str, cell: Cell, number: int, words: str) -> SafeString:
        """A number that leads to the list it counts; nothing for none."""
        if not number:
            return NOTHING
        html = '<a href="{}?{}"><b>{}</b> {}{}</a>'
        return filled(html, self.lists[name], cell.query, number, words, self.where)

    def _people(self, cell: Cell) -> SafeString:
        if not cell.contacts:
            return NOTHING
        said = ngettext("%d contact now", "%d contacts now", cell.contacts) % cell.contacts
        if cell.accounts:
            said += ", " + ngettext("%d account", "%d accounts", cell.accounts) % cell.accounts
        people = filled('<span class="nr-cell__people">{}{}</span>', icon("user"), said)
        return filled("{}{}", people, self._weeks(cell)) if cell.judged else people

    def _weeks(self, cell: Cell) -> SafeString:
        supply = cell.supply
        if supply is None:
            return filled('<span class="nr-cell__people">{}{}</span>', icon("time"), self._words["weeks"])
        said = _("weeks unread: %(n)s, %(said)s") % {"n": f"{cell.weeks:.1f}".removesuffix(".0"), "said": supply.word}
        html = '<span class="nr-cell__people nr-cell__people--{}">{}{}</span>'
        return filled(html, supply.key, icon(supply.icon), said)

    def _wishes(self, cell: Cell) -> SafeString:
        """What was looked for in vain and asked for there; nothing for none, and for what nobody knows yet."""
        parts = []
        if cell.searches:
            parts.append(ngettext("%d search in vain", "%d searches in vain", cell.searches) % cell.searches)
        if cell.asked:
            parts.append(ngettext("asked for by %d customer", "asked for by %d customers", cell.asked) % cell.asked)
        html = '<span class="nr-cell__people">{}{}</span>'
        return filled(html, icon("search"), ", ".join(parts)) if parts else NOTHING

    def _standouts(self, cell: Cell) -> SafeString:
        if cell.few_readers:
            html = '<span class="nr-cell__people">{}{}<span class="w-sr-only">{}</span></span>'
            return filled(html, icon("info-circle"), self._words["few"], self._words["of few"])
        return joined(
            self._standout(*one)
            for one in ((cell.best, "arrow-up", self._words["best"]), (cell.worst, "arrow-down", self._words["worst"]))
            if one[0]
        )

    def _standout(self, piece: Standout, mark: str, word: str) -> SafeString:
        said = _("%(relevant)s of its %(placed)s readers are those it is for") % piece._asdict()
        html = '<a href="{}" title="{}">{}</a>' if self.may_open else '<span title="{1}">{2}</span>'
        address = self._scorecard.replace("/0/", f"/{piece.pk}/")
        return filled(
            '<span class="nr-cell__piece">{}<b>{}</b>{}<span aria-hidden="true">{}/{}</span><span class="w-sr-only">{}'
            "</span></span>",
            icon(mark), word, filled(html, address, f"{piece.title}: {said}", piece.title), piece.relevant,
            piece.placed, said,
        )  # fmt: skip

    def _changes(self, cell: Cell) -> SafeString:
        html = '<span class="nr-cell__then nr-cell__then--{}">{}{}</span>'
        changes = cell.then.changes if cell.then else ()
        return joined(filled(html, change.key, icon(change.icon), change.words) for change in changes)

    def _plan(self, cell: Cell) -> SafeString:
        if not (self.may_change and cell.wanting):
            return NOTHING
        html = '<a class="nr-cell__plan" href="{}?{}&amp;{}">{}{}{}</a>'
        return filled(html, self.lists["add"], cell.query, self.back, icon("plus"), self._words["plan"], self.where)

    @cached_property
    def _scorecard(self) -> str:
        return reverse("scorecard-piece", args=[0])

    @cached_property
    def _words(self) -> dict[str, str]:
        """Looked up once a map."""
        return {
            "live": _("live"), "weak": _("stale or low-rated"), "planned": _("planned"),
            "weeks": _("weeks: not known yet"), "few": _("too few readers"),
            "of few": _(": nobody can say which piece does best"),
            "best": _("Best:"), "worst": _("Worst:"), "plan": _("Plan a piece here"),
        }  # fmt: skip
