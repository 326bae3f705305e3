"""Shifting entries together with their steps: seen first, each with its version, undone as a whole."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from cms import clock
from cms.models import Campaign
from editorial import schedule, series, work
from editorial.models import Assignment

SHIFT, UNDO = "/admin/newsroom/shift/", "/admin/newsroom/shift/undo/"
pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    for clocks in (clock, timezone):  # Wagtail asks Django's whether a publication is still to come
        monkeypatch.setattr(clocks, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.fixture
def entry(make_entry, editor):
    """Due on the 26th, with a step on the 24th, one that is done and one without a day."""
    made = make_entry("Alarms", due_on=date(2026, 11, 26))
    work.assign(made, user=editor, name="Interview", due_on=date(2026, 11, 24))
    work.finish(work.assign(made, user=editor, name="Outline", due_on=date(2026, 11, 20)), user=editor)
    work.assign(made, user=editor, name="Proof")
    return made


@pytest.fixture
def scheduled(make_entry, marketer, home):
    """An entry whose page waits for 1 December, 9:00."""
    made = make_entry("Waiting", due_on=date(2026, 11, 28))
    page = schedule.start_draft(made, marketer)
    page.go_live_at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    page.save_revision(user=marketer).publish(user=marketer)
    made.refresh_from_db()
    assert made.step == "scheduled"
    return made


def form(client, *entries, days=7, **more):
    """What the preview's form would send, with the boxes as they stand: (values, page)."""
    page = client.get(SHIFT, {"entry": [one.pk for one in entries], "days": days}).content.decode()
    hidden = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page.partition("nr-series__lines")[2])
    values = {"days": days, "steps": 1}
    for name, value in hidden:
        values[name] = [*values[name], value] if name in values and name == "entry" else [value]
    return values | more, page


def said(answer):
    return [str(message).strip() for message in get_messages(answer.wsgi_request)]


def undo(client, answer):
    token = re.search(r'name="shift" value="([^"]+)"', " ".join(said(answer)))[1]
    return client.post(UNDO, {"shift": token})


def days(entry):
    entry.refresh_from_db()
    found = dict(Assignment.objects.filter(entry=entry).values_list("name", "due_on"))
    return [entry.due_on and entry.due_on.isoformat()] + [
        found[name] and found[name].isoformat() for name in sorted(found)
    ]


def test_entries_and_their_open_steps_are_seen_first_then_shifted_and_undone_as_a_whole(
    client, editor, entry, make_entry
):
    second = make_entry("Second", due_on=date(2026, 12, 3))
    client.force_login(editor)
    values, page = form(client, entry, second)
    assert ("Tue 24 Nov 2026 → Tue 1 Dec 2026" in page, "Thu 3 Dec 2026 → Thu 10 Dec 2026" in page) == (True, True)
    assert ("Outline" in page, "Proof" in page) == (False, False)
    before = (days(entry), days(second))
    assert before[0] == ["2026-11-26", "2026-11-24", "2026-11-20", None]
    answer = client.post(SHIFT, values)
    assert "2 entries are shifted: 7 days." in said(answer)[0]
    assert (days(entry), days(second)) == (["2026-12-03", "2026-12-01", "2026-11-20", None], ["2026-12-10"])
    lines = schedule.log_registry.get_logs_for_instance(entry).filter(action="editorial.shift")
    assert [line.formatter.format_message(line) for line in lines] == [
        "Shifted by 7 days; Moved from 26 November 2026 to 3 December 2026; steps: Interview"
    ]
    assert "2 entries are shifted: -7 days." in said(undo(client, answer))[-1]
    assert (days(entry), days(second)) == before


def test_what_was_changed_meanwhile_is_told_and_stays_and_the_rest_moves(client, editor, marketer, entry, make_entry):
    second, third = make_entry("Second", due_on=date(2026, 12, 3)), make_entry("Third", due_on=date(2026, 12, 4))
    work.assign(third, user=editor, name="Edit", due_on=date(2026, 12, 1))
    client.force_login(editor)
    values, _page = form(client, entry, second, third)
    schedule.move(second, user=marketer, version=second.version, due_on=date(2026, 12, 24))
    Assignment.objects.filter(name="Interview").update(due_on=date(2026, 11, 25))
    third.delete()
    told = said(client.post(SHIFT, values))
    assert "1 entry is shifted: 7 days." in told[0]
    assert "“Alarms”: steps that were changed meanwhile keep their day: Interview." in told[1]
    assert "marketer changed “Second” after you opened it." in told[2]
    assert "One of them was deleted meanwhile." in told[3]
    assert (days(entry)[:2], days(second)) == (["2026-12-03", "2026-11-25"], ["2026-12-24"])


def test_undo_leaves_what_was_changed_since(client, editor, marketer, entry, make_entry):
    second = make_entry("Second", due_on=date(2026, 12, 3))
    client.force_login(editor)
    answer = client.post(SHIFT, form(client, entry, second)[0])
    schedule.move(second, user=marketer, version=2, due_on=date(2026, 12, 24))
    told = said(undo(client, answer))
    assert "marketer changed “Second” after you opened it." in " ".join(told)
    assert (days(entry)[0], days(second)) == ("2026-11-26", ["2026-12-24"])
    assert client.post(UNDO, {"shift": "forged"}).status_code == 404


def test_a_publication_is_asked_about_and_moves_only_where_that_was_said(client, marketer, scheduled, home):
    client.force_login(marketer)
    values, page = form(client, scheduled)
    assert "Its page is scheduled for 1 December 2026. Let it go live on 8 December 2026 instead" in page
    told = said(client.post(SHIFT, values))
    assert told == ["“Waiting” waits for its publication, so it stays where it is."]
    assert live_on(scheduled) == date(2026, 12, 1)
    answer = client.post(SHIFT, values | {"publish": [scheduled.pk]})
    assert (live_on(scheduled), days(scheduled)) == (date(2026, 12, 8), ["2026-11-28"])
    undo(client, answer)
    assert live_on(scheduled) == date(2026, 12, 1)


def live_on(entry):
    page = type(entry.page).objects.get(pk=entry.page_id)
    return timezone.localdate(page.scheduled_revision.approved_go_live_at)


def test_without_steps_only_the_plans_move_and_published_ones_stay(client, editor, marketer, entry, make_entry):
    done = make_entry("Done", due_on=date(2026, 11, 12))
    schedule.start_draft(done, marketer).get_latest_revision().publish(user=marketer)
    client.force_login(editor)
    values, page = form(client, entry, done, days=-7)
    assert ("It is published, so it stays." in page, page.count("that day is over")) == (True, 2)
    del values["steps"]
    client.post(SHIFT, values)
    assert (days(entry)[:2], days(done)) == (["2026-11-19", "2026-11-24"], ["2026-11-12"])
    answer = client.post(SHIFT, {"entry": [done.pk], f"version-{done.pk}": done.version, "days": 7})
    assert said(answer)[-1] == "“Done” is published, so it stays where it is."


def test_no_days_too_many_or_words_are_refused_and_nothing_chosen_says_what_to_do(client, editor, entry):
    client.force_login(editor)
    assert "Nothing is chosen." in client.get(SHIFT).content.decode()
    for number, words in (("0", "nothing moves"), ("400", "less than or equal to 366"), ("x", "whole number")):
        assert words in client.get(SHIFT, {"entry": entry.pk, "days": number}).content.decode()
        client.post(SHIFT, {"entry": entry.pk, f"version-{entry.pk}": entry.version, "days": number})
    assert days(entry)[0] == "2026-11-26"
    with pytest.raises(schedule.Refused, match="The calendar ends before"):
        series.far(date(2199, 12, 30), 7)


def test_others_of_the_campaign_are_offered(client, editor, entry, make_entry):
    campaign = Campaign.objects.create(name="Winter", objective="Fewer warm loads.", utm_campaign="winter")
    make_entry("Its brother", campaign=campaign, due_on=date(2026, 12, 1))
    make_entry("A stranger")
    schedule.revise(entry, user=editor, version=entry.version, values={"campaign": campaign})
    client.force_login(editor)
    assert [str(one) for one in client.get(SHIFT, {"entry": entry.pk}).context["others"]] == ["Its brother"]


def test_a_move_takes_the_steps_along_where_that_was_said_and_its_undo_brings_them_back(client, editor, entry):
    client.force_login(editor)
    address, json = reverse("editorial:move", args=("entry", entry.pk, "due")), {"accept": "application/json"}
    told = client.post(address, {"day": "2026-11-30", "version": 1, "steps": "all"}, headers=json).json()
    assert told["text"] == "“Alarms” and 1 step are moved to 30 November 2026."
    assert days(entry)[:3] == ["2026-11-30", "2026-11-28", "2026-11-20"]
    work.assign(entry, user=editor, name="Added since", due_on=date(2026, 12, 1))
    told = client.post(address, told["undo"] | {"version": told["version"], "sure": 1}, headers=json).json()
    assert days(entry) == ["2026-11-26", "2026-12-01", "2026-11-24", "2026-11-20", None]


def test_the_list_chooses_plans_and_only_who_plans_shifts(client, editor, owner, stranger, entry):
    client.force_login(editor)
    page = client.get("/admin/newsroom/calendar/", {"view": "list"}).content.decode()
    assert f'name="entry" value="{entry.pk}" form="nr-shift" aria-label="Choose: Alarms"' in page
    for who, answers in ((owner, "/admin/"), (stranger, "/admin/login/")):
        client.force_login(who)
        assert client.get(SHIFT).url.startswith(answers)
        assert client.post(SHIFT, {"entry": entry.pk, "days": 7}).url.startswith(answers)
        assert client.post(UNDO, {}).url.startswith(answers)
    assert days(entry)[0] == "2026-11-26"


@pytest.mark.parametrize("number", [1, 3, 100])
def test_the_preview_costs_the_same_for_one_and_for_a_hundred(
    number, client, editor, make_entries, django_assert_num_queries
):
    entries = make_entries(number, due_on=date(2026, 11, 26))
    Assignment.objects.bulk_create(
        Assignment(entry=one, name="Edit", due_on=one.due_on - timedelta(days=2)) for one in entries
    )
    client.force_login(editor)
    asked = {"entry": [one.pk for one in entries], "days": 7}
    client.get(SHIFT, asked)
    with django_assert_num_queries(13):
        assert client.get(SHIFT, asked).status_code == 200
