"""Rules for held room: which weeks they mean, and the loop that makes their slots ahead, each once."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from wagtail.log_actions import log

from cms import clock
from editorial.calendar.span import week_start
from editorial.models import Slot, SlotRule

AHEAD = timedelta(days=120)
WEEKS = {SlotRule.Every.WEEK: 1, SlotRule.Every.FORTNIGHT: 2}


def weeks(every: str, begins_on: date, ends_on: date | None, until: date) -> Iterator[date]:
    """The first days of the weeks that a rule means, up to `until`. Pure but for the installation's first weekday.

    Monthly: the week in which the month's day of `begins_on` lies; the month's last day where it has no such day.
    """
    last = min(until, ends_on or until)
    year, month, step = begins_on.year, begins_on.month, WEEKS.get(every)
    day = begins_on
    while day <= last:
        yield week_start(day)
        if step:
            day += timedelta(weeks=step)
        else:
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
            day = date(year, month, min(begins_on.day, monthrange(year, month)[1]))


def make_ahead() -> int:
    """Make the slots of every rule for the weeks to come that have none yet; how many. The loop."""
    return sum(make(rule) for rule in SlotRule.objects.prefetch_related("stages"))


def make(rule: SlotRule) -> int:
    """The rule's missing slots from this week on; how many. One moved, filled or given up is not made again."""
    today = timezone.localdate(clock.now())
    coming = [day for day in weeks(rule.every, rule.begins_on, rule.ends_on, today + AHEAD) if day >= week_start(today)]
    known = set(Slot.objects.filter(rule=rule, made_for__in=coming).values_list("stage", "made_for"))
    shared = {"rule": rule, "topic_id": rule.topic_id, "persona_id": rule.persona_id, "note": rule.note}
    missing = [
        Slot(stage=stage, day=day, made_for=day, width=Slot.Width.WEEK, **shared)
        for day in coming
        for stage in rule.stages.all()
        if (stage.pk, day) not in known
    ]
    if missing:
        with transaction.atomic():
            Slot.objects.bulk_create(missing, ignore_conflicts=True)  # another worker may have been faster
            log(rule, "editorial.make_slots", data={"count": len(missing)})
    return len(missing)


def untouched(rule: SlotRule) -> QuerySet[Slot]:
    """The rule's slots to come that nobody moved, filled or gave up."""
    today = timezone.localdate(clock.now())
    return Slot.objects.filter(rule=rule, version=1, entry=None, released_at=None, day__gte=today)


def follow(rule: SlotRule) -> int:
    """After a change of the rule: take back slots to come that it means no more and nobody touched, make the others."""
    today = timezone.localdate(clock.now())
    meant = set(weeks(rule.every, rule.begins_on, rule.ends_on, today + AHEAD))
    stages = {stage.pk for stage in rule.stages.all()}
    stale = [
        slot.pk
        for slot in untouched(rule)
        if slot.made_for not in meant
        or slot.stage_id not in stages
        or (slot.topic_id, slot.persona_id, slot.note) != (rule.topic_id, rule.persona_id, rule.note)
    ]
    Slot.objects.filter(pk__in=stale, version=1).delete()
    return make(rule)
