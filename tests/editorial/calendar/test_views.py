"""The calendar's list: what it shows to whom, how it is narrowed, and what it costs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import Revision

from cms import clock
from editorial import schedule

CALENDAR, RESULTS = "/admin/newsroom/calendar/", "/admin/newsroom/calendar/results/"
LIST = {"view": "list"}


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


def shown(answer):
    """Titles by day, in their order; "late" and "none" for the lanes. Days of a grid with nothing on them are out."""
    layout = answer.context["layout"]
    days = {day.date.day: [card.title for card in day.cards] for day in layout.days if day.cards or day.today}
    lanes = {"late": [card.title for card in layout.earlier], "none": [card.title for card in layout.unscheduled]}
    return days | {name: titles for name, titles in lanes.items() if titles}


def test_the_calendar_opens_on_this_month_with_lanes_and_live_pieces(client, editor, make_entry, make_piece):
    make_entry("In November", due_on=date(2026, 11, 26))
    make_entry("In December", due_on=date(2026, 12, 3))
    make_entry("Late since October", due_on=date(2026, 10, 28))
    make_entry("One day")
    make_piece("Nobody planned it", on=(2026, 11, 10))
    client.force_login(editor)
    answer = client.get(CALENDAR, LIST)
    assert shown(answer) == {
        10: ["Nobody planned it"], 23: [], 26: ["In November"], "late": ["Late since October"], "none": ["One day"],
    }  # fmt: skip
    assert "26 days late" in answer.content.decode()


def test_the_neighbouring_months_keep_the_filters(client, editor, make_entry, stage):
    make_entry("Here", due_on=date(2026, 12, 3), stage=stage)
    make_entry("Elsewhere", due_on=date(2026, 12, 4))
    client.force_login(editor)
    answer = client.get(CALENDAR, LIST | {"stage": stage.pk, "q": "e", "_w_filter_fragment": 1})
    following = answer.context["links"]["next"]
    assert following == f"{CALENDAR}?view=list&stage={stage.pk}&q=e&on=2026-12"
    assert [one["url"] for one in client.get(following).context["shapes"]] == [
        f"{CALENDAR}?view={view}&stage={stage.pk}&q=e&on={on}"
        for view, on in (
            ("month", "2026-12"),
            ("week", "2026-11-30"),
            ("quarter", "2026-10"),
            ("list", "2026-12"),
            ("board", "2026-12"),
        )
    ]
    assert shown(client.get(following)) == {3: ["Here"]}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"stage": "stage"}, {10: ["Piece"], 23: [], 26: ["Tagged"], 30: ["Tagged"]}),
        ({"persona": "persona"}, {10: ["Piece"], 23: [], 26: ["Tagged"], 30: ["Tagged"]}),
        ({"format": "webinar"}, {23: [], 26: ["Tagged"], 30: ["Tagged"]}),
        ({"step": "assigned"}, {23: [], 26: ["Tagged"], 30: ["Tagged"]}),
        ({"step": "dropped"}, {23: [], 25: ["Given up"]}),
        ({"step": "published"}, {10: ["Piece"], 23: []}),
        ({"assignee": "editor"}, {23: [], 26: ["Tagged"], 30: ["Tagged"]}),
        ({"q": "tag"}, {23: [], 26: ["Tagged"], 30: ["Tagged"]}),
        ({"topic": "topic"}, {23: [], 26: ["Tagged"], 30: ["Tagged"]}),
        ({"lane": "publish"}, {10: ["Piece"], 23: []}),
        ({"lane": ["due", "review"]}, {23: [], 26: ["Tagged"], 27: ["Bare"], 30: ["Tagged"]}),
        ({"stage": "999999"}, {10: ["Piece"], 23: [], 26: ["Tagged"], 27: ["Bare"], 30: ["Tagged"]}),
        ({"stage": "9" * 20}, {10: ["Piece"], 23: [], 26: ["Tagged"], 27: ["Bare"], 30: ["Tagged"]}),
        ({"assignee": "9" * 20}, {10: ["Piece"], 23: [], 26: ["Tagged"], 27: ["Bare"], 30: ["Tagged"]}),
    ],
)
def test_filters_narrow_entries_and_pieces(
    client, editor, make_entry, make_piece, stage, persona, topic, asked, expected
):
    make_entry(
        "Tagged", [persona], [topic], due_on=date(2026, 11, 26), review_on=date(2026, 11, 30), stage=stage,
        format="webinar", step="assigned", assignee=editor,
    )  # fmt: skip
    make_entry("Bare", due_on=date(2026, 11, 27))
    make_entry("Given up", due_on=date(2026, 11, 25), step="dropped")
    make_piece("Piece", [persona], primary_stage=stage)
    client.force_login(editor)
    rows = {"stage": stage.pk, "persona": persona.pk, "topic": topic.pk, "editor": editor.pk}
    asked = {key: value if isinstance(value, list) else rows.get(value, value) for key, value in asked.items()}
    assert shown(client.get(RESULTS, LIST | asked)) == expected


@pytest.mark.parametrize("view", ["month", "week", "quarter", "list", "board"])
def test_every_shape_has_the_same_filters(client, editor, make_entry, stage, view):
    make_entry("Tagged", due_on=date(2026, 11, 26), stage=stage, assignee=editor)
    make_entry("Bare", due_on=date(2026, 11, 26))
    client.force_login(editor)
    for asked in ({"stage": stage.pk}, {"assignee": editor.pk}, {"q": "tag"}):
        page = client.get(CALENDAR, {"view": view} | asked).content.decode()
        assert (asked, "Tagged" in page, "Bare" in page) == (asked, True, False)


def test_a_published_entry_stands_on_the_day_it_went_live(client, marketer, make_entry):
    entry = make_entry("On its way", due_on=date(2026, 10, 1))
    schedule.start_draft(entry, marketer).get_latest_revision().publish(user=marketer)
    live_on = datetime(2026, 11, 12, 9, tzinfo=UTC)
    type(entry.page).objects.filter(pk=entry.page_id).update(first_published_at=live_on)
    client.force_login(marketer)
    assert shown(client.get(CALENDAR, LIST)) == {12: ["On its way"], 23: []}
    assert shown(client.get(CALENDAR, LIST | {"on": "2026-10"})) == {}


def test_an_unreadable_month_is_said_and_this_one_is_shown(client, editor):
    client.force_login(editor)
    page = client.get(CALENDAR, {"on": "2026-13"}).content.decode()
    assert "“2026-13” is neither a month such as 2026-11 nor a day" in page
    assert client.get(CALENDAR, {"view": "moon"}).context["shape"] == "month"


def test_month_week_and_board_show_the_same_plan(client, editor, make_entry):
    make_entry("Next month", due_on=date(2026, 12, 3))
    make_entry("This week", due_on=date(2026, 11, 26), step="review")
    make_entry("Long ago", due_on=date(2026, 3, 1))
    client.force_login(editor)
    month, week = client.get(CALENDAR), client.get(CALENDAR, {"view": "week", "on": "2026-11-23"})
    assert shown(month) == {3: ["Next month"], 23: [], 26: ["This week"], "late": ["Long ago"]}
    assert shown(week) == {23: [], 26: ["This week"], "late": ["Long ago"]}
    columns = client.get(CALENDAR, {"view": "board"}).context["columns"]
    assert {column.step: [card.title for card in column.cards] for column in columns if column.cards} == {
        "idea": ["Long ago", "Next month"], "review": ["This week"],
    }  # fmt: skip


def test_what_a_filter_hides_is_said(client, editor, owner, make_entry, make_entries):
    make_entry("Alone", due_on=date(2026, 11, 26), format="webinar")
    make_entries(3, due_on=date(2026, 11, 27))
    make_entries(2, title="Undated")
    client.force_login(editor)
    assert "3 due in this time are hidden" in client.get(CALENDAR, {"format": "webinar"}).content.decode()
    assert "hidden" not in client.get(CALENDAR).context["hidden"]
    client.force_login(owner)
    assert "You see titles and days; 2 more have no day yet." in client.get(CALENDAR).content.decode()


def test_an_empty_month_says_what_to_do(client, editor, owner):
    client.force_login(editor)
    page = client.get(CALENDAR).content.decode()
    assert ("Nothing is planned for this month." in page, "Look for gaps" in page) == (True, True)
    assert "fits the search" in client.get(CALENDAR, {"q": "nothing"}).content.decode()
    client.force_login(owner)
    assert "You see the titles and days" in client.get(CALENDAR).content.decode()
    assert client.get(CALENDAR, {"view": "board"}).context["shape"] == "month"  # a board tells how far each piece is


def test_a_salesperson_reads_titles_and_days_and_nothing_else(client, owner, editor, make_entry, stage):
    draft = make_entry("A title with a day", due_on=date(2026, 11, 26), stage=stage, assignee=editor)
    schedule.start_draft(draft, editor)
    make_entry("Given up", due_on=date(2026, 11, 26), step="dropped")
    make_entry("No day yet")
    client.force_login(owner)
    answer = client.get(CALENDAR, {"step": "dropped"})
    page = answer.content.decode()
    assert shown(answer) == {23: [], 26: ["A title with a day"]}
    assert [
        word for word in ("Interest", "Drafting", "Open draft", "Move to", "Plan a piece", "entries/") if word in page
    ] == []


@pytest.mark.parametrize("name", ["add", "edit", "move", "drop", "start_draft", "history", "similar", "drafts"])
def test_only_writers_reach_what_changes_the_plan(client, make_entry, editor, owner, stranger, name):
    entry = make_entry(due_on=date(2026, 11, 26))
    pages = ("add", "similar", "drafts")
    args = () if name in pages else ("entry", entry.pk, "due") if name == "move" else (entry.pk,)
    address = reverse(f"editorial:{name}", args=args)
    ask = client.post if name == "start_draft" else client.get
    client.force_login(editor)
    assert ask(address).status_code == (302 if name == "start_draft" else 200)
    client.force_login(owner)
    assert (ask(address).status_code, ask(address).url) == (302, "/admin/")
    client.force_login(stranger)
    assert ask(address).url.startswith("/admin/login/")
    entry.refresh_from_db()
    assert entry.step == ("drafting" if name == "start_draft" else "idea")


def test_a_stranger_reads_no_calendar_and_a_group_without_the_right_has_no_menu_item(client, stranger, colleague):
    client.force_login(stranger)
    assert client.get(CALENDAR).url.startswith("/admin/login/")
    client.force_login(colleague)
    assert '"url": "/admin/newsroom/calendar/"' in client.get("/admin/").content.decode()
    Group.objects.get(name="Salesperson").user_set.clear()
    admin_only = Group.objects.create(name="Visitors")
    admin_only.permissions.set(Group.objects.get(name="Salesperson").permissions.filter(codename="access_admin"))
    colleague.groups.set([admin_only])
    assert '"url": "/admin/newsroom/calendar/"' not in client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("view", "queries"), [("month", 20), ("week", 19), ("quarter", 20), ("list", 22), ("board", 22)]
)
@pytest.mark.parametrize("number", [1, 3, 1000])
def test_the_calendar_costs_the_same_for_one_and_for_a_thousand(
    view, queries, number, client, editor, make_entries, make_pieces, stage, persona, django_assert_num_queries
):
    same = {"stage": stage, "assignee": editor, "personas": [persona]}
    make_entries(number, title="Dated", due_on=date(2026, 11, 26), review_on=date(2026, 11, 27), **same)
    make_entries(number, title="Late", due_on=date(2026, 10, 2), **same)
    make_entries(number, title="Undated", **same)
    make_pieces(min(number, 3), persona, primary_stage=stage)
    client.force_login(editor)
    client.get(RESULTS)
    with django_assert_num_queries(queries):
        assert client.get(RESULTS, {"view": view}).status_code == 200


@pytest.mark.parametrize("view", ["month", "week", "quarter", "list", "board"])
def test_a_card_is_drawn_with_its_addresses_and_no_title_becomes_markup(client, editor, make_entry, view):
    entry = make_entry("Doors & <b>winter</b>", due_on=date(2026, 11, 26), assignee=editor, shelf_life="timely")
    client.force_login(editor)
    html = client.get(CALENDAR, {"view": view}).content.decode()
    assert f'data-move="/admin/newsroom/move/entry/{entry.pk}/due/"' in html
    assert f'href="/admin/newsroom/entries/{entry.pk}/?next=%2Fadmin%2Fnewsroom%2Fcalendar%2F%3Fview' in html
    assert "Doors &amp; &lt;b&gt;winter&lt;/b&gt;" in html
    assert "<b>winter" not in html
    assert "&lt;span" not in html
    assert "&lt;li" not in html


def test_a_scheduled_page_that_is_late_is_said_in_red(client, editor, make_entry):
    page = schedule.start_draft(make_entry("Winter hours"), editor)
    waiting = Revision.objects.filter(object_id=str(page.pk))
    waiting.update(approved_go_live_at=clock.now() - timedelta(minutes=14))
    client.force_login(editor)
    assert "is late" not in client.get(CALENDAR).content.decode()
    waiting.update(approved_go_live_at=clock.now() - timedelta(minutes=16))
    assert "“Winter hours” should have been live since" in client.get(CALENDAR).content.decode()
