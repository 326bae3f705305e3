"""The order of the entries that are due on one day, as somebody put them; without, they stand by title.

A place is no property of what an entry says: the others of the day keep their versions when one is put among them.
"""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cms import clock
from editorial import schedule
from editorial.models import Entry
from editorial.schedule import Refused, Step

DAY = timedelta(days=1)
LOOKED_AT = 62  # days
UNMOVED = (Step.SCHEDULED, Step.PUBLISHED, Step.DROPPED)  # they stand elsewhere, or nowhere


def put(entry: Entry, *, user, version: int, after: int, note: str = "") -> Entry:
    """Put it right after this entry of its day (0: first). Raises Stale, and Refused where there is no such place."""
    with transaction.atomic():
        current = schedule.claimed(entry, version)
        others = [pk for pk in of_day(current) if pk != current.pk]
        if after and after not in others:
            raise Refused(_("What “%s” should follow is no longer on that day. Look at the day again.") % current.title)
        others.insert(others.index(after) + 1 if after else 0, current.pk)
        places = {pk: place for place, pk in enumerate(others, 1)}
        rows = [Entry(pk=pk, place=place) for pk, place in places.items() if pk != current.pk]
        Entry.objects.bulk_update(rows, ["place"], batch_size=200)
        return schedule.write(current, {"place": places[current.pk]}, action="editorial.move", user=user, note=note)


def shift(entry: Entry, *, user, version: int, by: int, note: str = "") -> Entry:
    """One place earlier (-1) or later (1) in its day. Raises Stale, and Refused at either end."""
    day = of_day(entry)
    place = day.index(entry.pk) + by if entry.pk in day else -1
    if not 0 <= place < len(day):
        raise Refused(_("“%s” stands at the end of its day already.") % entry.title)
    others = [pk for pk in day if pk != entry.pk]
    return put(entry, user=user, version=version, after=others[place - 1] if place else 0, note=note)


def before(entry: Entry) -> int:
    """The entry that stands before it on its day; 0: it is the first."""
    day = of_day(entry)
    place = day.index(entry.pk) if entry.pk in day else 0
    return day[place - 1] if place else 0


def next_free(after: date) -> date:
    """The first day from Monday to Friday behind that one, and not over, on which nothing is due. One query.

    Where two months are full, the day behind them.
    """
    begin = max(after, timezone.localdate(clock.now()) - DAY) + DAY
    days = [begin + DAY * number for number in range(LOOKED_AT)]
    due = Entry.objects.filter(due_on__range=(days[0], days[-1])).exclude(step__in=UNMOVED).order_by()
    taken = set(due.values_list("due_on", flat=True).distinct())
    return next((day for day in days if day.isoweekday() < 6 and day not in taken), days[-1] + DAY)


def of_day(entry: Entry) -> list[int]:
    """All that is due on the entry's day, in order. One query. Raises Refused for one without a day."""
    if entry.due_on is None or entry.step in UNMOVED:
        raise Refused(_("“%s” is not due on a day, so it has no place in one.") % entry.title)
    rows = Entry.objects.filter(due_on=entry.due_on).exclude(step__in=UNMOVED).order_by()
    found = rows.values_list("place", "title", "pk")
    return [
        pk
        for _place, _title, pk in sorted(found, key=lambda row: (row[0] is None, row[0] or 0, row[1].lower(), row[2]))
    ]
