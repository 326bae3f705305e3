"""How a card looks, in a cell and as a line of the list, said in Python.

The calendar draws some hundred cards an answer. As an included template, with its addresses and words looked up each
time, a card costs half a millisecond, so most of the answer's time; from a pen that looks them up once, a tenth of it.
"""

from datetime import date

from django.urls import reverse
from django.utils.dateformat import format as say
from django.utils.formats import date_format, time_format
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from editorial.calendar import saying
from editorial.calendar.cards import Card, Lane
from editorial.markup import NOTHING, filled, icon, joined
from editorial.schedule import Step

KEYS = mark_safe(' aria-describedby="nr-keys"')
SHIFTED = (Lane.DUE, Lane.PUBLISH)
NARROW = ("board", "quarter")  # shapes whose cards have no room for the step


class Pen:
    """Draws the cards of one answer. `here`: the screen's address, to come back to; `shape`: one of the calendar's."""

    def __init__(self, *, may_change: bool, here: str, today: date, shape: str = "", token: str = ""):
        self.may_change, self.shape, self.today = may_change, shape, today
        self.back = urlencode({"next": here})
        self.hidden = filled(
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="next" value="{}">',
            token, here,
        )  # fmt: skip
        self._known: dict[object, str] = {}

    def card(self, card: Card, *, show_day: bool = False) -> SafeString:
        """A card in a cell, a lane or a column of the board."""
        if not self.may_change:
            return self._readers_card(card, show_day)
        movable = card.movable
        return filled(
            '<li class="nr-card nr-card--{}{}{}{}" {}><a class="nr-card__title" href="{}"{}>{}{}{}</a>'
            '<span class="nr-card__facts">{}</span>{}</li>',
            card.lane.value, " nr-card--late" * bool(card.days_late), " nr-card--done" * card.done,
            " nr-card--movable" * movable, self._data(card), self.address(card),
            KEYS if movable else NOTHING, self._lane_mark(card), card.title, self._heard(card),
            self._facts(card, show_day),
            self._opener(card, "nr-card__move", icon("dots-horizontal")) if movable else NOTHING,
        )  # fmt: skip

    def line(self, card: Card, *, show_day: bool = False) -> SafeString:
        """A line of the list, with all that is known of it and what can be done."""
        marks = (("--late", card.days_late and self.may_change), ("--done", card.done))
        address = self.address(card) if self.may_change else ""
        return filled(
            '<li class="nr-line{}" {}><div class="nr-line__what"><span class="nr-line__title">{}{}</span>'
            '<span class="nr-line__facts">{}</span></div><div class="nr-line__step"><span class="w-status{}">{}</span>'
            '</div><div class="nr-line__actions">{}</div></li>',
            "".join(f" nr-line{mark}" for mark, holds in marks if holds),
            self._data(card) if self.may_change else NOTHING, self._choice(card),
            filled('<a href="{}">{}{}</a>', address, card.title, self._heard(card)) if address else card.title,
            joined(self._told(card, show_day)),
            " w-status--primary" if card.done else "", self._step(card), self._actions(card),
        )  # fmt: skip

    def _choice(self, card: Card) -> SafeString:
        """A box by which several are chosen, of a plan or a publication that can still be shifted."""
        if not (self.may_change and card.entry and card.movable and card.lane in SHIFTED):
            return NOTHING
        words = self._word("choose", lambda: _("Choose: %s"))
        html = '<input class="nr-line__choice" type="checkbox" name="entry" value="{}" form="nr-shift" aria-label="{}">'
        return filled(html, card.pk, words % card.title)

    def address(self, card: Card) -> str:
        """Where who plans opens it."""
        if card.entry:
            return f"{self._address('editorial:edit', card.pk)}?{self.back}"
        return self._address("wagtailadmin_pages:edit", card.pk)

    def move(self, card: Card) -> str:
        """The address that moves it."""
        pattern = self._once("move", lambda: reverse("editorial:move", args=["-kind-", 0, "-lane-"]))
        return pattern.replace("-kind-", card.kind).replace("/0/", f"/{card.pk}/").replace("-lane-", card.lane.value)

    def _readers_card(self, card: Card, show_day: bool) -> SafeString:
        url = card.page.url if card.page and card.done and card.page.live else ""
        marks = " nr-card--done" * card.done + " nr-card--slot" * bool(card.slot)
        title = filled('<a href="{}">{}{}</a>', url, card.title, self._heard(card)) if url else card.title
        html = '<li class="nr-card{}" data-card="{}"><span class="nr-card__title">{}</span>{}</li>'
        day = filled('<span class="nr-card__facts">{}</span>', self._short_day(card.day)) if show_day else NOTHING
        return filled(html, marks, card.key, title, day)

    def _data(self, card: Card) -> SafeString:
        """What the script knows of a card."""
        move = filled(' data-move="{}"', self.move(card)) if card.movable else NOTHING
        if card.is_plan:
            who = card.entry.assignee.pk if card.entry.assignee else ""
            move += self._once(
                ("entry", card.entry.step, who),
                lambda: filled(' data-at="{}" data-who="{}"', card.entry.step, who),
            )
        return filled(
            'data-card="{}" data-lane="{}" data-day="{}" data-version="{}" data-title="{}"{}',
            card.key, card.lane.value, card.day.isoformat() if card.day else "", card.version, card.title, move,
        )  # fmt: skip

    def _lane_mark(self, card: Card) -> SafeString:
        if card.lane == Lane.DUE or card.done:
            return NOTHING
        html = '<span class="nr-card__lane">{}<span class="w-sr-only">{}: </span></span>'
        return self._once(("mark", card.icon, card.lane), lambda: filled(html, icon(card.icon), card.lane.label))

    def _facts(self, card: Card, show_day: bool) -> SafeString:
        """Most cards say the same few things: each is made once."""
        parts = []
        until = self._until(card)
        narrow = self.shape == "board" and until  # how far off says enough, and leaves room for whose it is
        if show_day and card.day and not narrow:
            parts.append(self._short_day(card.day))
        if until:
            parts.append(until)
        if card.at and not card.done:
            parts.append(filled("<time>{}</time>", time_format(localtime(card.at).time(), "H:i")))
        if card.done:
            parts.append(self._once("live", lambda: filled("<span>{}</span>", _("Live"))))
        elif card.lane != Lane.DUE:
            parts.append(self._once(("lane", card.lane), lambda: filled("<span>{}</span>", card.lane.label)))
        elif self.shape not in NARROW:
            html, step = '<span class="nr-card__step">{}</span>', self._of_step(card)
            parts.append(self._once(("said", card.entry.step), lambda: filled(html, step)))
        html, kind = '<span class="nr-card__format">{}</span>', card.what.format
        parts.append(self._once(("kind", kind), lambda: filled(html, self._format(card))))
        if card.timely:
            parts.append(self._timely)
        if card.entry and (who := card.entry.assignee):
            html, key = '<span class="nr-card__who" title="{}">{}</span>', ("who", who.username)
            parts.append(self._once(key, lambda: filled(html, who, card.initials)))
        return joined(parts)

    def _told(self, card: Card, show_day: bool) -> list[SafeString]:
        """The facts of a line, in their order; what many lines say is made once."""
        told = [self._said(self._day(card.day))] if show_day and card.day else []
        if not self.may_change:
            return told
        one, entry = card.what, card.entry
        if until := self._until(card):
            told.append(filled("<span>{}</span>", until))
        if card.lane != Lane.DUE and not card.done:
            at = f" {time_format(localtime(card.at).time(), 'H:i')}" if card.at else ""
            told.append(self._said(f"{self._label(card.lane)}{at}", card.icon))
        told.append(self._said(self._format(card)))
        shelf_life = self._once(("shelf life", one.shelf_life), one.get_shelf_life_display)
        told.append(self._said(shelf_life, "time" if card.timely else ""))
        told.append(self._said(one.stage or (_("No stage yet") if entry else _("Unclassified"))))
        told += [self._said(name) for name in one.personas]
        if entry is None:
            told.append(self._said(_("Not planned here")))
        elif entry.assignee:
            told.append(self._said(str(entry.assignee), "user"))
        elif not card.done:
            told.append(self._said(_("Nobody assigned")))
        if day := card.planned_elsewhere:
            told.append(self._said(_("planned for %(day)s") % {"day": self._day(day)}))
        return told

    def _until(self, card: Card) -> SafeString:
        """How late it is, or how near; nothing for what is far off."""
        if not saying.is_near(card, self.today):
            return NOTHING
        return self._once(("until", card.day, card.lane, card.open), lambda: self._say_until(card))

    def _say_until(self, card: Card) -> SafeString:
        words = saying.until(card, self.today)
        if card.days_late:
            sign = icon("warning") if self.shape == "list" else NOTHING
            return filled('<strong class="nr-late">{}{}</strong>', sign, words)
        return filled('<span class="nr-card__until">{}</span>', words) if words else NOTHING

    def _heard(self, card: Card) -> SafeString:
        """The day, for those who do not see in which cell a card stands, and how far off it is."""
        if card.day is None:
            return NOTHING
        return self._once(("heard", card.day, card.lane, card.open), lambda: self._say_day(card))

    def _say_day(self, card: Card) -> SafeString:
        until = saying.until(card, self.today) if self.may_change else ""
        words = [saying.full_day(card.day, self.today), *([until] if until else [])]
        return filled('<span class="w-sr-only">, {}</span>', ", ".join(words))

    def _said(self, words: str, sign: str = "") -> SafeString:
        return self._once(
            ("said", words, sign), lambda: filled("<span>{}{}</span>", icon(sign) if sign else NOTHING, words)
        )

    def _short_day(self, day: date) -> SafeString:
        how = "D j" if self.shape == "quarter" else "j M"
        return self._once(("day", day), lambda: filled('<time datetime="{}">{}</time>', day, say(day, how)))

    def _day(self, day: date) -> str:
        return self._once(("date", day), lambda: date_format(day, "DATE_FORMAT"))

    def _step(self, card: Card) -> str:
        if card.done:
            return _("Expired") if card.lane == Lane.EXPIRE else _("Published")
        if not self.may_change:
            return _("Held room") if card.slot else _("Planned")
        if card.entry:
            return self._of_step(card)
        return _("Published") if card.page.live else _("Scheduled")

    def _actions(self, card: Card) -> SafeString:
        entry, page = card.entry, card.page
        parts = []
        if page and page.live and card.done:
            parts.append(self._button(page.url, _("View live"), card))
        elif self.may_change and entry and entry.step not in (Step.DROPPED, Step.PUBLISHED):
            parts.append(self._draft(card))
        if self.may_change and card.movable:
            parts.append(self._opener(card, "button button-small button-secondary", ""))
        if self.may_change and entry and not page and card.movable and card.lane == Lane.DUE:
            url = f"{self._address('editorial:drop', card.pk)}?{self.back}"
            parts.append(self._button(url, _("Drop"), card, " no"))
        return joined(parts)

    def _draft(self, card: Card) -> SafeString:
        if card.page:
            return self._button(self._address("wagtailadmin_pages:edit", card.page.pk), _("Open draft"), card)
        return filled(
            '<form method="post" action="{}">{}<button class="button button-small button-secondary">{}'
            '<span class="w-sr-only"> {}</span></button></form>',
            self._address("editorial:start_draft", card.pk), self.hidden, _("Start draft"), card.title,
        )  # fmt: skip

    def _button(self, url: str, label: str, card: Card, more: str = "") -> SafeString:
        html = '<a class="button button-small button-secondary{}" href="{}">{}<span class="w-sr-only"> {}</span></a>'
        return filled(html, more, url, label, card.title)

    def _opener(self, card: Card, classes: str, sign: str) -> SafeString:
        """Opens the dialog that moves it; without a script, the page that does. With an icon, its words are heard."""
        label = self._word("move to", lambda: _("Move to…"))
        day = f", {self._day(card.day)}" if card.day else ""
        return filled(
            '<a class="{}" href="{}?{}" data-action="lede-calendar#open">{}<span class="w-sr-only">{} {}{}</span></a>',
            classes, self.move(card), self.back, sign or label, label if sign else "", card.title, day,
        )  # fmt: skip

    @cached_property
    def _timely(self) -> SafeString:
        html = '<span class="nr-card__timely" title="{0}">{1}<span class="w-sr-only">{0}</span></span>'
        return filled(html, _("Timely"), icon("time"))

    def _address(self, name: str, pk: int) -> str:
        return self._once(name, lambda: reverse(name, args=[0])).replace("/0/", f"/{pk}/")

    def _label(self, lane: Lane) -> str:
        return self._once(lane, lambda: str(lane.label))

    def _format(self, card: Card) -> str:
        return self._once(("format", card.what.format), card.what.get_format_display)

    def _of_step(self, card: Card) -> str:
        return self._once(("step", card.entry.step), card.entry.get_step_display)

    def _word(self, name: str, word) -> str:
        return self._once(("word", name), word)

    def _once(self, key: object, find) -> str:
        """What `find` gives, looked up once an answer."""
        if (known := self._known.get(key)) is None:
            known = find()
            self._known[key] = known = known if isinstance(known, SafeString) else str(known)
        return known
