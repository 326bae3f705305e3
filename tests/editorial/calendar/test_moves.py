"""The one address that moves anything on the calendar: plans, steps, and the real dates of pages."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import GroupPagePermission

from cms import clock
from cms.models import AssetPage
from editorial import dates, schedule
from editorial.calendar import moves


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    for clocks in (clock, timezone):  # Wagtail asks Django's whether a publication is still to come
        monkeypatch.setattr(clocks, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


def address(one, lane="due"):
    return reverse("editorial:move", args=("page" if isinstance(one, AssetPage) else "entry", one.pk, lane))


def said(answer):
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def ask(client, one, lane="due", **values):
    """The answer to a move as the calendar's script asks for it: (status, what it says)."""
    answer = client.post(address(one, lane), values, headers={"accept": "application/json"})
    return answer.status_code, answer.json()


def lines(entry):
    logged = schedule.log_registry.get_logs_for_instance(entry).order_by("pk")
    return [line.formatter.format_message(line) for line in logged]


@pytest.mark.parametrize(
    ("asked", "day"),
    [
        ({"day": "2026-12-24"}, date(2026, 12, 24)),
        ({"pick": "day"}, date(2026, 11, 27)),
        ({"pick": "week", "day": "2026-12-24"}, date(2026, 12, 3)),
        ({"pick": "none", "day": "2026-12-24"}, None),
    ],
)
def test_moving_by_date_or_by_quick_pick(client, editor, make_entry, asked, day):
    entry = make_entry(due_on=date(2026, 11, 26))
    client.force_login(editor)
    answer = client.post(address(entry), {**asked, "version": 1, "next": "/admin/newsroom/calendar/?q=x"})
    entry.refresh_from_db()
    assert (answer.url, entry.due_on) == ("/admin/newsroom/calendar/?q=x", day)


def test_quick_pick_at_the_end_of_time_stays_in_the_calendar(client, editor, make_entry):
    entry = make_entry(due_on=date(9999, 12, 31))
    client.force_login(editor)
    client.post(address(entry), {"pick": "week", "version": 1})
    entry.refresh_from_db()
    assert entry.due_on == date(2199, 12, 31)


def test_quick_picks_start_today_for_an_entry_without_a_day(client, editor, make_entry):
    entry = make_entry()
    client.force_login(editor)
    client.post(address(entry), {"pick": "week", "version": 1})
    entry.refresh_from_db()
    assert entry.due_on == date(2026, 11, 30)


def test_a_move_without_a_day_or_to_no_date_is_refused(client, editor, make_entry):
    entry = make_entry(due_on=date(2026, 11, 26))
    client.force_login(editor)
    for text, error in (("", "Choose a day, or press “No day yet”."), ("31 June", "Enter a valid date.")):
        answer = client.post(address(entry), {"day": text, "version": 1})
        assert answer.context["form"].errors == {"day": [error]}
    entry.refresh_from_db()
    assert entry.due_on == date(2026, 11, 26)


@pytest.mark.parametrize("before", [date(2026, 11, 26), None])
def test_a_move_offers_its_undo_and_the_undo_moves_back(client, editor, make_entry, before):
    entry = make_entry("Moved", due_on=before)
    client.force_login(editor)
    toast = said(client.post(address(entry), {"day": "2026-12-24", "version": 1}))
    assert "“Moved” is moved to 24 December 2026." in toast
    undo = {"day": "2026-11-26", "version": 2} if before else {"pick": "none", "version": 2}
    for name, value in undo.items():
        assert f'name="{name}" value="{value}"' in toast
    client.post(address(entry), undo)
    entry.refresh_from_db()
    assert (entry.due_on, entry.version) == (before, 3)


def test_of_two_people_moving_one_entry_the_second_is_told_who_was_first(client, editor, marketer, make_entry):
    entry = make_entry("Contested", due_on=date(2026, 11, 26))
    client.force_login(editor)
    assert client.post(address(entry), {"day": "2026-12-01", "version": 1}).status_code == 302
    client.force_login(marketer)
    answer = client.post(address(entry), {"day": "2026-12-24", "version": 1})
    assert (answer.status_code, answer.context["form"].initial) == (
        409, {"day": date(2026, 12, 1), "version": 2},
    )  # fmt: skip
    assert "editor changed “Contested” after you opened it" in answer.content.decode()
    entry.refresh_from_db()
    assert entry.due_on == date(2026, 12, 1)


def test_the_script_is_told_in_json_what_was_done_and_what_undoes_it(client, editor, make_entry):
    entry = make_entry("Moved", due_on=date(2026, 11, 26))
    client.force_login(editor)
    status, told = ask(client, entry, day="2026-11-27", version=1)
    assert (status, told) == (
        200, {"text": "“Moved” is moved to 27 November 2026.", "version": 2, "undo": {"day": "2026-11-26"}},
    )  # fmt: skip
    assert ask(client, entry, version=2, **told["undo"])[0] == 200
    assert lines(entry)[1:] == [
        "Moved from 26 November 2026 to 27 November 2026",
        "Moved from 27 November 2026 to 26 November 2026",
    ]


def test_a_conflict_tells_the_script_what_stands_now(client, editor, marketer, make_entry):
    entry = make_entry("Contested", due_on=date(2026, 11, 26))
    schedule.move(entry, user=marketer, version=1, due_on=date(2026, 12, 1))
    client.force_login(editor)
    status, told = ask(client, entry, day="2026-12-24", version=1)
    assert (status, told["day"], told["version"]) == (409, "2026-12-01", 2)
    assert told["text"].startswith("marketer changed “Contested” after you opened it.")
    assert ask(client, entry, day="soon", version=2) == (400, {"text": "Enter a valid date."})


def test_a_day_that_is_over_is_asked_about_first(client, editor, make_entry):
    entry = make_entry("Slip", due_on=date(2026, 11, 26))
    client.force_login(editor)
    question = {"question": "20 November 2026 is over. Move “Slip” there all the same?", "yes": "Move it"}
    assert ask(client, entry, day="2026-11-20", version=1) == (200, question)
    page = client.post(address(entry), {"day": "2026-11-20", "version": 1}).content.decode()
    assert 'name="sure" value="1"' in page
    assert 'name="day" value="2026-11-20"' in page
    entry.refresh_from_db()
    assert entry.due_on == date(2026, 11, 26)
    assert ask(client, entry, day="2026-11-20", version=1, sure=1)[0] == 200
    entry.refresh_from_db()
    assert entry.due_on == date(2026, 11, 20)


def test_a_step_and_the_next_look_move_by_the_same_address(client, editor, make_entry):
    entry = make_entry("On the board", due_on=date(2026, 11, 26))
    client.force_login(editor)
    status, told = ask(client, entry, step="review", version=1)
    assert (status, told["undo"], told["text"]) == (200, {"step": "idea"}, "“On the board” is at “Review” now.")
    assert ask(client, entry, step="published", version=2)[0] == 409
    assert ask(client, entry, "review", day="2027-05-01", version=2)[1]["undo"] == {"pick": "none"}
    entry.refresh_from_db()
    assert (entry.step, entry.review_on, entry.due_on) == ("review", date(2027, 5, 1), date(2026, 11, 26))
    assert lines(entry)[-2:] == ["Idea → Review", "To look at again on 1 May 2027, not no date"]


@pytest.mark.parametrize(("kind", "lane"), [("entry", "moon"), ("thing", "due"), ("entry", "publish"), ("page", "due")])
def test_what_is_not_there_cannot_be_moved(client, editor, make_entry, kind, lane):
    entry = make_entry()
    client.force_login(editor)
    assert client.post(reverse("editorial:move", args=(kind, entry.pk, lane)), {"version": 1}).status_code == 404
    assert client.post(reverse("editorial:move", args=("entry", 999, "due")), {"version": 1}).status_code == 404


@pytest.fixture
def scheduled(make_entry, marketer):
    """An entry whose page goes live on 30 November at 08:00 UTC and expires on 31 January."""
    entry = make_entry("Winter hours", due_on=date(2026, 11, 26))
    page = schedule.start_draft(entry, marketer)
    page.go_live_at = datetime(2026, 11, 30, 8, tzinfo=UTC)
    page.expire_at = datetime(2027, 1, 31, 8, tzinfo=UTC)
    PublishPageRevisionAction(page.save_revision(user=marketer), user=marketer).execute()
    entry.refresh_from_db()
    return entry


def page_of(entry):
    return AssetPage.objects.get(pk=entry.page_id)


def target(entry, lane):
    return moves.Target(lane, entry, page_of(entry))


def goes_live(entry):
    return page_of(entry).scheduled_revision.approved_go_live_at


def test_a_real_publication_moves_after_a_question_and_keeps_its_hour(client, marketer, scheduled):
    client.force_login(marketer)
    move = {"day": "2026-12-24", "version": page_of(scheduled).latest_revision_id}
    status, told = ask(client, scheduled, "publish", **move)
    assert (status, told["question"]) == (
        200,
        "Let “Winter hours” go live on 24 December 2026? Its publication changes.",
    )
    assert goes_live(scheduled) == datetime(2026, 11, 30, 8, tzinfo=UTC)
    status, told = ask(client, scheduled, "publish", **move, sure=1)
    assert (status, told["undo"]) == (200, {"day": "2026-11-30"})
    assert goes_live(scheduled) == datetime(2026, 12, 24, 8, tzinfo=UTC)
    scheduled.refresh_from_db()
    assert (scheduled.step, scheduled.due_on) == ("scheduled", date(2026, 11, 26))
    assert lines(scheduled)[-1] == "Goes live on 24 December 2026, not 30 November 2026"
    assert page_of(scheduled).revisions.filter(approved_go_live_at__isnull=False).count() == 1


def test_a_date_of_a_page_keeps_its_hour_over_a_change_of_the_clocks(marketer, scheduled):
    with timezone.override("Europe/Berlin"):  # 09:00 there, in winter and in summer
        page = page_of(scheduled)
        moved = dates.reschedule(page, user=marketer, version=page.latest_revision_id, day=date(2027, 1, 30))
        later = page_of(scheduled)
        ended = dates.expire_on(later, user=marketer, version=later.latest_revision_id, day=date(2027, 4, 1))
    assert (moved, ended) == (datetime(2027, 1, 30, 8, tzinfo=UTC), datetime(2027, 4, 1, 7, tzinfo=UTC))
    assert goes_live(scheduled) == moved


@pytest.mark.parametrize(
    ("lane", "day", "why"),
    [
        ("publish", "2026-11-20", "2026-11-20 08:00 is over."),
        ("publish", "2027-02-01", "expires on 2027-01-31 08:00, before that"),
        ("publish", None, "is taken away in the page editor"),
        ("expire", "2026-11-29", "2026-11-29 08:00 is too early."),
    ],
)
def test_a_real_date_that_makes_no_sense_is_refused(client, marketer, scheduled, lane, day, why):
    client.force_login(marketer)
    values = {"day": day, "sure": 1} if day else {"pick": "week", "sure": 1}
    version = page_of(scheduled).latest_revision_id
    if day is None:
        with pytest.raises(schedule.Refused, match=why):
            moves.to_day(
                moves.Target(lane, scheduled, page_of(scheduled)), user=marketer, version=version, day=None, sure=True
            )
        return
    status, told = ask(client, scheduled, lane, version=version, **values)
    assert (status, why in told["text"]) == (409, True), told
    assert page_of(scheduled).latest_revision_id == version


def test_a_real_date_seen_before_somebody_elses_edit_is_not_moved(client, marketer, scheduled):
    client.force_login(marketer)
    seen = page_of(scheduled).latest_revision_id
    page = page_of(scheduled).get_latest_revision_as_object()
    page.summary = "Written meanwhile"
    page.save_revision(user=marketer)
    status, told = ask(client, scheduled, "publish", day="2026-12-24", version=seen, sure=1)
    assert (status, told["version"], told["day"]) == (409, page_of(scheduled).latest_revision_id, "2026-11-30")
    assert page_of(scheduled).get_latest_revision_as_object().summary == "Written meanwhile"


def test_moving_an_expiry_publishes_nothing_else(client, marketer, make_piece):
    page = make_piece("Live")
    page.expire_at = datetime(2027, 1, 31, 8, tzinfo=UTC)
    page.save_revision(user=marketer).publish()
    client.force_login(marketer)
    version = AssetPage.objects.get(pk=page.pk).latest_revision_id
    assert ask(client, page, "expire", day="2027-02-28", version=version, sure=1)[0] == 200
    page = AssetPage.objects.get(pk=page.pk)
    assert (page.expire_at, page.live) == (datetime(2027, 2, 28, 8, tzinfo=UTC), True)
    page.title = "A draft on top"
    version = page.save_revision(user=marketer).pk
    status, told = ask(client, page, "expire", day="2027-03-31", version=version, sure=1)
    assert (status, "has changes that are not published" in told["text"]) == (409, True)
    assert AssetPage.objects.get(pk=page.pk).title == "Live"


def test_moving_the_plan_of_a_page_that_waits_leaves_its_publication_alone(client, marketer, scheduled):
    client.force_login(marketer)
    before, revision = goes_live(scheduled), page_of(scheduled).latest_revision_id
    assert ask(client, scheduled, day="2026-12-24", version=scheduled.version, sure=1)[0] == 200
    scheduled.refresh_from_db()
    assert (scheduled.due_on, scheduled.step) == (date(2026, 12, 24), "scheduled")
    assert (goes_live(scheduled), page_of(scheduled).latest_revision_id) == (before, revision)


def test_a_page_that_somebody_else_has_locked_keeps_its_dates(client, marketer, editor, scheduled):
    AssetPage.objects.filter(pk=scheduled.page_id).update(locked=True, locked_by=editor)
    client.force_login(marketer)
    version = page_of(scheduled).latest_revision_id
    status, told = ask(client, scheduled, "publish", day="2026-12-24", version=version, sure=1)
    assert (status, told["text"]) == (409, "“Winter hours” is locked by editor.")


def test_who_may_not_publish_moves_no_real_date(client, editor, scheduled, home):
    GroupPagePermission.objects.filter(group__in=editor.groups.all(), permission__codename="publish_page").delete()
    client.force_login(editor)
    version = page_of(scheduled).latest_revision_id
    status, told = ask(client, scheduled, "publish", day="2026-12-24", version=version, sure=1)
    assert (status, "You may not publish" in told["text"]) == (409, True)
