"""What one click shows otherwise: without what is finished, and a day by its people."""

import re
from datetime import UTC, date, datetime

import pytest

from cms import clock
from cms.models import AssetPage
from editorial import schedule
from editorial.calendar.kept_views import lasting
from editorial.models import Entry

CALENDAR = "/admin/newsroom/calendar/"
SHAPES = ["month", "week", "quarter", "list", "board"]
ON_THE_26TH = {"due_on": date(2026, 11, 26)}


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.fixture
def _plan(make_entry, make_piece, marketer):
    """Something open, something live that is to be looked at again, a page that nobody planned, something dropped."""
    make_entry("Still open", **ON_THE_26TH)
    done = make_entry("Went live", review_on=date(2026, 11, 27), **ON_THE_26TH)
    schedule.start_draft(done, marketer).get_latest_revision().publish(user=marketer)
    AssetPage.objects.update(first_published_at=datetime(2026, 11, 24, 9, tzinfo=UTC))
    make_piece("Nobody planned it", on=(2026, 11, 25))
    dropped = make_entry("Given up", **ON_THE_26TH)
    schedule.drop(dropped, user=marketer, version=1)


def keys(html):
    """Kind and date of the cards that are shown."""
    return sorted(re.sub(r"\d+-", "", key) for key in re.findall(r'data-card="([^"]+)"', html))


@pytest.mark.usefixtures("_plan")
@pytest.mark.parametrize("view", SHAPES)
def test_what_is_finished_is_hidden_by_one_click_and_shown_by_another(client, editor, view):
    client.force_login(editor)
    whole = client.get(CALENDAR, {"view": view})
    hide = whole.context["toggles"][0]
    assert (hide["label"], "finished=hidden" in hide["url"]) == ("Hide what is finished", True)
    assert "Nobody planned it" in whole.content.decode() or view == "board"  # a board has entries alone
    answer = client.get(hide["url"])
    html = answer.content.decode()
    assert keys(html) == (["entry-due"] if view == "board" else ["entry-due", "entry-review"])
    assert ("Published" in re.findall(r'id="nr-step-\w+">(\w+)', html)) is False
    show = answer.context["toggles"][0]
    assert (show["label"], "finished" in show["url"]) == (
        f"Show what is finished{'' if view == 'board' else ' (2)'}", False,
    )  # fmt: skip
    assert keys(client.get(show["url"]).content.decode()) == keys(whole.content.decode())


@pytest.mark.usefixtures("_plan")
def test_a_hidden_finish_is_kept_by_saved_views_other_shapes_times_and_files(client, editor):
    client.force_login(editor)
    page = client.get(CALENDAR, {"finished": "hidden", "step": "dropped"})
    assert page.context["toggles"][0]["label"] == "Show what is finished (1)"  # what was dropped
    assert all("finished=hidden" in one["url"] for one in page.context["shapes"])
    assert "finished=hidden" in page.context["links"]["next"]
    assert '<input type="hidden" name="finished" value="hidden">' in page.content.decode()  # search and filters keep it
    assert lasting("finished=hidden&by=person&on=2026-11") == "finished=hidden&by=person"
    lines = client.get(CALENDAR, {"finished": "hidden", "export": "csv"}).content.decode().splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == ["Still open", "Went live"]


@pytest.mark.usefixtures("_plan")
def test_readers_hide_what_is_live_too_and_do_not_group(client, owner, make_entry):
    make_entry("Still to come", due_on=date(2026, 11, 28))
    client.force_login(owner)
    answer = client.get(CALENDAR, {"finished": "hidden", "view": "list", "by": "person"})
    html = answer.content.decode()
    assert ("Still to come" in html, "Nobody planned it" in html) == (True, False)
    assert ([one["label"] for one in answer.context["toggles"]], "nr-person" in html) == (
        ["Show what is finished (2)"], False,
    )  # fmt: skip


@pytest.mark.parametrize("view", ["week", "list"])
def test_a_day_is_grouped_by_who_has_its_cards(client, editor, marketer, make_entry, make_piece, view):
    for title, who in (("b", editor), ("a", marketer), ("c", None), ("d", editor)):
        make_entry(title, assignee=who, **ON_THE_26TH)
    make_piece("Live", on=(2026, 11, 26))
    client.force_login(editor)
    answer = client.get(CALENDAR, {"view": view})
    assert "nr-person" not in answer.content.decode()
    grouped = client.get(answer.context["toggles"][1]["url"])
    html = grouped.content.decode()
    found = re.findall(r'nr-person"><h4>([\w ]+) <span class="nr-quiet">(\d)|data-title="(\w+)"', html)
    assert ["".join(one) for one in found] == [
        "editor2", "b", "d", "marketer1", "a", "Nobody yet1", "c", "Without an entry1", "Live",
    ]  # fmt: skip
    assert ("data-grouped" in html, grouped.context["toggles"][1]["label"]) == (view == "week", "Do not group")


@pytest.mark.parametrize("view", ["month", "quarter", "board"])
def test_where_there_is_no_room_nobody_is_offered_to_group(client, editor, make_entry, view):
    make_entry("a", assignee=editor, **ON_THE_26TH)
    client.force_login(editor)
    answer = client.get(CALENDAR, {"view": view, "by": "person"})
    assert (len(answer.context["toggles"]), "nr-person" in answer.content.decode()) == (1, False)


@pytest.mark.parametrize("number", [1, 3, 300])
def test_grouping_and_hiding_cost_no_query(number, client, editor, make_entries, django_assert_num_queries):
    make_entries(number, assignee=editor, **ON_THE_26TH)
    Entry.objects.filter(title__endswith="0001").update(assignee=None)
    client.force_login(editor)
    client.get(CALENDAR)
    with django_assert_num_queries(20):
        client.get(f"{CALENDAR}results/", {"view": "list", "by": "person", "finished": "hidden"})
