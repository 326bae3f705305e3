"""The order of the plans of a day: by title, until somebody puts one at a place."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from cms import clock
from editorial import places, schedule
from editorial.calendar import cards, dated
from editorial.models import Entry

pytestmark = pytest.mark.db
DAY = date(2026, 11, 26)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.fixture
def day(make_entry):
    return {title: make_entry(title, due_on=DAY) for title in ("a", "B", "c", "D")}


def titles():
    """As the calendar shows the day."""
    found = cards.of_entries(dated.plans(Entry.objects.filter(due_on=DAY)), {}, date(2026, 11, 23))
    return "".join(card.title for card in sorted(found, key=lambda card: card.order))


def ask(client, entry, **values):
    address = reverse("editorial:move", args=("entry", entry.pk, "due"))
    answer = client.post(address, values, headers={"accept": "application/json"})
    return answer.status_code, answer.json()


def test_a_plan_is_put_anywhere_in_its_day_and_put_back(client, editor, day):
    client.force_login(editor)
    assert titles() == "aBcD"
    status, said = ask(client, day["D"], day="2026-11-26", after=0, version=1)
    assert (status, said["text"], titles()) == (200, "“D” is number 1 of 26 November 2026.", "DaBc")
    assert ask(client, day["D"], **said["undo"], version=said["version"])[0] == 200
    assert titles() == "aBcD"
    assert ask(client, day["a"], day="2026-11-26", after=day["c"].pk, version=1)[0] == 200
    assert titles() == "BcaD"
    versions = dict(Entry.objects.values_list("title", "version"))
    assert versions == {"a": 2, "B": 1, "c": 1, "D": 3}  # who has another one open may still save it


@pytest.mark.parametrize(
    ("title", "pick", "after"), [("B", "up", "BacD"), ("B", "down", "acBD"), ("a", "up", None), ("D", "down", None)]
)
def test_without_a_mouse_it_goes_one_place_on_and_not_over_the_end(client, editor, day, title, pick, after):
    client.force_login(editor)
    status, said = ask(client, day[title], pick=pick, version=1)
    assert (status, titles()) == ((200, after) if after else (409, "aBcD"))
    if not after:
        assert "end of its day" in said["text"]


def test_the_page_without_a_script_offers_it_for_what_has_a_day(client, editor, day, make_entry):
    client.force_login(editor)
    undated = make_entry("Someday")
    seen = [
        "Earlier in the day" in client.get(reverse("editorial:move", args=("entry", one.pk, lane))).content.decode()
        for one, lane in ((day["B"], "due"), (day["B"], "review"), (undated, "due"))
    ]
    assert seen == [True, False, False]


def test_it_is_in_the_history_and_an_older_version_is_refused(client, editor, day):
    client.force_login(editor)
    ask(client, day["B"], pick="up", version=1)
    (line, _planned) = schedule.log_registry.get_logs_for_instance(day["B"]).order_by("-pk")
    assert (line.formatter.format_message(line), line.user) == ("Number 1 of its day", editor)
    status, said = ask(client, day["B"], day="2026-11-26", after=day["D"].pk, version=1)
    assert (status, said["version"], titles()) == (409, 2, "BacD")


def test_another_day_is_another_order_and_undo_finds_the_place_again(client, editor, day, make_entry):
    other = make_entry("Z", due_on=date(2026, 11, 27))
    client.force_login(editor)
    ask(client, day["D"], day="2026-11-26", after=day["a"].pk, version=1)
    assert titles() == "aDBc"
    _status, said = ask(client, day["D"], day="2026-11-27", version=2)
    day["D"].refresh_from_db()
    assert (titles(), day["D"].place) == ("aBc", None)
    ask(client, day["D"], **said["undo"], version=said["version"])
    assert titles() == "aDBc"
    assert ask(client, other, day="2026-11-26", after=day["B"].pk, version=1)[0] == 200
    assert titles() == "aDBZc"


def test_what_it_should_follow_must_be_there(client, editor, day, make_entry):
    client.force_login(editor)
    gone = make_entry("Elsewhere", due_on=date(2026, 12, 1))
    for after in (gone.pk, 10**17):
        status, said = ask(client, day["B"], day="2026-11-26", after=after, version=1)
        assert (status, titles()) == (409, "aBcD")
        assert "no longer on that day" in said["text"]
    assert ask(client, day["B"], day="2026-11-26", after=-1, version=1)[0] == 400
    day["B"].refresh_from_db()
    assert day["B"].version == 1


@pytest.mark.parametrize("number", [1, 300])
def test_putting_costs_the_same_however_many_are_due(number, day, editor, make_entries, django_assert_num_queries):
    make_entries(number, due_on=DAY)
    with django_assert_num_queries(9 + -(-(number + 3) // 200)):
        places.put(day["a"], user=editor, version=1, after=day["D"].pk)
    assert titles().startswith("BcDa")


def test_the_next_free_day_is_a_workday_with_nothing_due_and_not_over(client, editor, make_entry, make_entries):
    entry = make_entry("Waits", due_on=date(2026, 11, 26))
    make_entry("Friday", due_on=date(2026, 11, 27))
    make_entry("Given up", due_on=date(2026, 11, 30), step="dropped")
    client.force_login(editor)
    assert ask(client, entry, pick="free", version=1)[1]["text"] == "“Waits” is moved to 30 November 2026."
    late = make_entry("Late", due_on=date(2026, 10, 1))
    assert ask(client, late, pick="free", version=1)[1]["text"] == "“Late” is moved to 23 November 2026."
    none = make_entry("No day")
    assert ask(client, none, pick="free", version=1)[1]["text"] == "“No day” is moved to 24 November 2026."
    for number in range(places.LOOKED_AT):
        make_entries(1, due_on=date(2026, 11, 24) + places.DAY * number)
    assert places.next_free(date(2026, 11, 23)) == date(2026, 11, 24) + places.DAY * places.LOOKED_AT
