"""Room for the timely: states, what fills it, and the rules that make it ahead."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from wagtail.log_actions import registry

from cms import clock
from cms.models import BuyingStage
from editorial import schedule, slot_rules, slots
from editorial.models import Entry, Slot, SlotRule
from editorial.schedule import Refused, Stale

TODAY = date(2026, 11, 23)  # a Monday


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.fixture
def room(marketer, stage):
    """room(day=…, width=…) -> a held slot at the stage; next week unless told."""

    def make(day=date(2026, 12, 2), width="week", **fields):
        return slots.hold(Slot(stage=stage, day=day, width=width, **fields), user=marketer)

    return make


@pytest.mark.parametrize(
    ("first", "last", "filled", "expected"),
    [
        (date(2026, 12, 8), date(2026, 12, 14), False, slots.AHEAD),
        (date(2026, 12, 7), date(2026, 12, 13), False, slots.URGENT),
        (date(2026, 11, 17), date(2026, 11, 23), False, slots.URGENT),
        (date(2026, 11, 16), date(2026, 11, 22), False, slots.PASSED),
        (date(2026, 11, 16), date(2026, 11, 22), True, slots.FILLED),
    ],
)
def test_a_slot_is_open_urgent_passed_or_filled(first, last, filled, expected):
    assert slots.state(first, last, filled=filled, today=TODAY) is expected


@pytest.mark.parametrize(
    ("every", "begins", "ends", "expected"),
    [
        ("week", "2026-11-25", None, ["2026-11-23", "2026-11-30", "2026-12-07"]),
        ("fortnight", "2026-11-25", None, ["2026-11-23", "2026-12-07"]),
        ("month", "2026-08-31", None, ["2026-08-31", "2026-09-28", "2026-10-26", "2026-11-30"]),
        ("week", "2026-11-25", "2026-12-01", ["2026-11-23"]),
        ("month", "2027-01-15", None, []),
    ],
)
def test_a_rule_means_the_same_week_again_and_again(every, begins, ends, expected):
    read = date.fromisoformat
    found = slot_rules.weeks(every, read(begins), ends and read(ends), date(2026, 12, 9))
    assert [day.isoformat() for day in found] == expected


def test_one_a_month_for_each_of_these_stages_is_made_once(stage, room):
    other = BuyingStage.objects.create(slug="t-choice", name="Choice", definition="Chooses.", sort_order=40)
    rule = SlotRule.objects.create(name="Scoops", every="month", begins_on=date(2026, 9, 15), note="What just happened")
    rule.stages.set([stage, other])
    assert slot_rules.make_ahead() == 8  # December to March: November's week is over
    first = Slot.objects.filter(stage=stage).first()
    assert (first.day, first.width, first.note) == (date(2026, 12, 14), "week", "What just happened")
    slots.revise(first, user=None, version=1, day=date(2026, 12, 21))
    slots.release(Slot.objects.last(), user=None, version=1)
    assert (slot_rules.make_ahead(), slots.held().count()) == (0, 7)
    assert [line.data["count"] for line in registry.get_logs_for_instance(rule)] == [8]


def test_a_changed_rule_takes_back_what_nobody_touched(stage, marketer, make_entry):
    other = BuyingStage.objects.create(slug="t-choice", name="Choice", definition="Chooses.", sort_order=40)
    rule = SlotRule.objects.create(name="Scoops", every="month", begins_on=date(2026, 9, 15))
    rule.stages.set([stage, other])
    slot_rules.make_ahead()
    kept = Slot.objects.filter(stage=other).first()
    slots.fill(kept, make_entry(), user=marketer, version=1)
    rule.stages.set([stage])
    assert slot_rules.follow(rule) == 0
    assert list(Slot.objects.filter(stage=other)) == [kept]
    assert Slot.objects.filter(stage=stage).count() == 4


def test_a_rule_does_not_end_before_it_begins():
    with pytest.raises(ValidationError, match="before it begins"):
        SlotRule(name="Odd", begins_on=date(2026, 12, 2), ends_on=date(2026, 12, 1)).clean()


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_days_that_the_calendar_cannot_show_are_refused(year):
    with pytest.raises(ValidationError, match="from 1970 to 2199") as refused:
        SlotRule(name="Odd", begins_on=date(year, 12, 2)).clean()
    assert set(refused.value.message_dict) == {"begins_on"}
    with pytest.raises(ValidationError, match="from 1970 to 2199"):
        Slot(day=date(year, 12, 2)).clean()


def test_a_deleted_rule_takes_the_room_along_that_nobody_touched(client, editor, stage):
    rule = SlotRule.objects.create(name="Scoops", every="month", begins_on=date(2026, 9, 15))
    rule.stages.set([stage])
    assert slot_rules.make_ahead() == 4
    kept = Slot.objects.first()
    slots.revise(kept, user=editor, version=1, note="Ours")
    client.force_login(editor)
    address = f"/admin/newsroom/room-rules/delete/{rule.pk}/"
    assert "3 slots to come of this rule that nobody touched" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    assert (list(Slot.objects.all()), SlotRule.objects.count()) == ([kept], 0)


def test_an_entry_takes_the_room_and_moves_into_it(room, make_entry, marketer):
    slot, entry = room(), make_entry("A scoop", due_on=date(2027, 1, 5))
    assert (slot.day, slot.last_day) == (date(2026, 11, 30), date(2026, 12, 6))
    filled = slots.fill(slot, entry, user=marketer, version=1, entry_version=1)
    entry.refresh_from_db()
    assert (filled.entry, filled.version, entry.due_on, entry.version) == (entry, 2, date(2026, 11, 30), 2)
    actions = [line.action for line in registry.get_logs_for_instance(entry)]
    assert "editorial.take_slot" in actions
    with pytest.raises(Stale, match="changed “Room: Interest”"):
        slots.empty(slot, user=marketer, version=1)
    emptied = slots.empty(slot, user=marketer, version=2, back_to=date(2027, 1, 5))
    entry.refresh_from_db()
    assert (emptied.entry, entry.due_on) == (None, date(2027, 1, 5))


def test_a_plan_that_lies_in_the_week_keeps_its_day_and_a_past_monday_is_not_chosen(room, make_entry, marketer):
    inside = make_entry("Inside", due_on=date(2026, 12, 4))
    slots.fill(room(), inside, user=marketer, version=1)
    this_week = room(day=date(2026, 11, 18), width="day")
    late = make_entry("Without a day")
    slots.fill(this_week, late, user=marketer, version=1)
    inside.refresh_from_db(), late.refresh_from_db()
    assert (inside.due_on, late.due_on) == (date(2026, 12, 4), date(2026, 11, 18))


def test_room_that_is_taken_or_given_up_refuses(room, make_entry, marketer):
    slot, entry = room(), make_entry()
    slots.fill(slot, entry, user=marketer, version=1)
    with pytest.raises(Refused, match="fills this room already"):
        slots.fill(slot, make_entry("Another"), user=marketer, version=2)
    with pytest.raises(Refused, match="fills another room already"):
        slots.fill(room(), Entry.objects.get(pk=entry.pk), user=marketer, version=1)
    schedule.drop(Entry.objects.get(pk=entry.pk), user=marketer, version=Entry.objects.get(pk=entry.pk).version)
    stored = slots.held().get(pk=slot.pk)
    assert not slots.is_filled(stored)
    with pytest.raises(Refused, match="only a plan that is open"):
        slots.fill(room(), stored.entry, user=marketer, version=1)
    slots.release(slot, user=marketer, version=2)
    with pytest.raises(Refused, match="given up"):
        slots.revise(slot, user=marketer, version=3, day=TODAY)


def test_timely_plans_of_the_stage_are_offered_first(room, make_entry, stage, marketer):
    make_entry("Elsewhere", shelf_life="timely")
    make_entry("Evergreen here", stage=stage)
    make_entry("Timely here", stage=stage, shelf_life="timely")
    slots.fill(room(), taken := make_entry("Taken", stage=stage), user=marketer, version=1)
    assert [entry.title for entry in slots.offers(room())] == ["Timely here", "Evergreen here", "Elsewhere"]
    taken.delete()
    assert slots.open_from(TODAY).count() == 2
