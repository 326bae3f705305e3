"""What the calendar draws in Python: `{% days layout.days %}`, `{% cards column.cards %}`, `{% lines day.cards %}`."""

from django import template
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.utils.safestring import SafeString

from editorial.calendar import drawing, layout, saying
from editorial.calendar.grid_drawing import DayPen
from editorial.markup import filled, joined

register = template.Library()


@register.simple_tag(takes_context=True)
def cards(context, found, show_day=False) -> SafeString:
    """Each as a card. The template's `may_change`, `here` and `shape` say for whom and where."""
    pen, room = _pen(context), get_template("editorial/calendar/slot.html")
    return joined(
        _room(context, room, card, show_day) if card.slot and pen.may_change else pen.card(card, show_day=show_day)
        for card in found
    )


@register.simple_tag(takes_context=True)
def days(context, found) -> SafeString:
    """Each as a cell of the grid."""
    told = {name: context[name] for name in ("may_change", "here", "list_url", "by_person")}
    pen = DayPen(lambda shown: _grouped(context, shown, cards), **told)
    return joined(pen.day(day) for day in found)


@register.simple_tag(takes_context=True)
def lines_of_day(context, found) -> SafeString:
    """Each as a line of the list, below whose it is where that was asked for."""
    return _grouped(context, found, lines)


def _grouped(context, found, draw) -> SafeString:
    """The cards of a day, drawn by `draw`; below their people where the template's `by_person` says so."""
    if not context["by_person"]:
        return draw(context, found)
    name = '<li class="nr-person"><h4>{} <span class="nr-quiet">{}</span></h4></li>'
    groups = layout.by_person(found).items()
    return joined(filled(name, who, len(theirs)) + draw(context, theirs) for who, theirs in groups)


@register.simple_tag(takes_context=True)
def lines(context, found, show_day=False) -> SafeString:
    """Each as a line of the list."""
    pen, room = _pen(context), get_template("editorial/calendar/slot_line.html")
    return joined(
        _room(context, room, card, show_day) if card.slot and pen.may_change else pen.line(card, show_day=show_day)
        for card in found
    )


def _room(context, room, card, show_day) -> SafeString:
    """Held room has few cards, so they come from a template."""
    told = {"heard": saying.full_day(card.day, context["today"]), "here": context["here"]}
    return room.render({"card": card, "show_day": show_day} | told, context["request"])


def _pen(context) -> drawing.Pen:
    """One an answer."""
    request = context["request"]
    if not hasattr(request, "calendar_pen"):
        names = ("may_change", "here", "shape", "today")
        request.calendar_pen = drawing.Pen(**{name: context[name] for name in names}, token=get_token(request))
    return request.calendar_pen
