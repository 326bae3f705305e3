"""Pieces to look at again: told in the mail of the morning, again each week, and shown on the home screen."""

from datetime import UTC, date, datetime

import pytest

from cms import clock
from cms.models import AssetPage
from editorial import mine, reminders, reviews, schedule, work
from editorial.models import Entry, ReviewReminder

pytestmark = pytest.mark.db
TODAY = date(2026, 11, 23)
AHEAD = "To be looked at again"


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """now(day) sets the clock, in November; it begins on Monday the 23rd at ten."""

    def at(day):
        monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, day, 10, tzinfo=UTC))

    at(23)
    return at


@pytest.fixture
def owned(make_piece, editor):
    """owned("Title", review_by) -> a live piece of the editor's."""

    def make(title, review_by, owner=editor, **fields):
        return make_piece(title, owner=owner, review_by=review_by, **fields)

    return make


def test_a_piece_is_told_a_week_ahead_on_its_day_and_each_week_after_it(owned, mailoutbox, now):
    owned("Doors", date(2026, 11, 10))
    now(2)
    assert reminders.remind() == 0
    told = []
    for day in range(3, 29):
        now(day)
        told += [day] * reminders.remind()
    assert told == [3, 10, 17, 24]
    assert [mail.subject for mail in mailoutbox] == ["Look at “Doors” again"] * 4
    for mail, words in zip(mailoutbox, ("in 7 days", "today", "7 days late", "14 days late"), strict=True):
        assert f"* Doors ({words})\n  http" in mail.body


def test_a_new_day_ends_the_nagging_and_is_told_anew(owned, mailoutbox, now):
    piece = owned("Doors", date(2026, 11, 20))
    assert (reminders.remind(), len(mailoutbox)) == (1, 1)
    AssetPage.objects.filter(pk=piece.pk).update(review_by=date(2026, 12, 7))
    now(29)
    assert reminders.remind() == 0
    now(30)
    assert (reminders.remind(), ReviewReminder.objects.get().told_of) == (1, date(2026, 12, 7))


def test_one_mail_tells_of_steps_and_pieces(owned, make_entry, marketer, editor, mailoutbox):
    owned("Doors", TODAY), owned("Gates", date(2026, 11, 25))
    work.assign(make_entry("Hinges"), user=marketer, name="Write", assignee=editor, due_on=TODAY)
    mailoutbox.clear()
    assert reminders.remind() == 1
    (mail,) = mailoutbox
    assert mail.subject == "“Write” is due"
    steps, _break, pieces = mail.body.partition(AHEAD)
    assert ("* Write (today): Hinges" in steps, "* Doors (today)" in pieces, "* Gates (in 2 days)" in pieces) == (
        True, True, True,
    )  # fmt: skip


def test_several_pieces_are_counted_in_the_subject(owned, mailoutbox):
    owned("Doors", TODAY), owned("Gates", TODAY)
    reminders.remind()
    assert mailoutbox[0].subject == "2 of your pieces are to be looked at again"


def test_whose_entry_it_is_comes_before_who_owns_the_page(make_entry, make_user, editor, marketer):
    colleague = make_user("colleague-2", "Editors")
    entry = make_entry("Doors", assignee=colleague, review_on=TODAY)
    page = schedule.start_draft(entry, marketer)
    page.get_latest_revision().publish(user=marketer)
    AssetPage.objects.filter(pk=page.pk).update(owner=editor, review_by=None)
    people = (colleague, editor)
    assert [[row.title for row in reviews.near(TODAY).filter(person=one.pk)] for one in people] == [["Doors"], []]
    assert [[title for _day, title, *_where in reviews.of(one, TODAY)] for one in people] == [["Doors"], []]
    type(colleague).objects.filter(pk=colleague.pk).update(is_active=False)
    assert [[row.title for row in reviews.near(TODAY).filter(person=one.pk)] for one in people] == [[], ["Doors"]]
    type(colleague).objects.filter(pk=colleague.pk).update(is_active=True)
    edit = f"/admin/newsroom/entries/{entry.pk}/"
    assert [line.url for line in mine.lines(colleague, TODAY)] == [edit]
    Entry.objects.update(assignee=None)
    assert [title for _day, title, *_where in reviews.of(editor, TODAY)] == ["Doors"]


def test_what_is_offline_far_off_or_nobodys_is_not_told(owned, mailoutbox):
    owned("Draft", TODAY, live=False), owned("Later", date(2026, 12, 1)), owned("Nobody's", TODAY, owner=None)
    assert (reminders.remind(), mailoutbox) == (0, [])


def test_the_home_screen_shows_what_is_ones_own_and_late_or_near(client, editor, owner, owned, make_entry, marketer):
    owned("Doors", date(2026, 11, 20))
    work.assign(make_entry("Hinges"), user=marketer, name="Write", assignee=editor, due_on=date(2026, 11, 25))
    work.assign(make_entry("Locks"), user=marketer, name="Ask", assignee=editor, due_on=date(2026, 12, 25))
    plan = {"assignee": editor, "due_on": date(2026, 11, 22)}
    make_entry("Keys", step="drafting", **plan), make_entry("Bolts", step="scheduled", **plan)
    make_entry("Chains", step="idea", assignee=marketer, due_on=TODAY)
    client.force_login(editor)
    html = client.get("/admin/").content.decode()
    assert ("Drafting: Keys" in html, "Bolts" in html, "Chains" in html) == (True, False, False)
    assert ("Look at again: Doors" in html, "3 days late" in html, "Write: Hinges" in html) == (True, True, True)
    assert "Ask: Locks" not in html
    client.force_login(owner)
    assert "Yours, soon" not in client.get("/admin/").content.decode()


@pytest.mark.parametrize("number", [1, 3, 30])
def test_ones_own_costs_three_queries_however_much_it_is(
    number, owned, make_entry, editor, marketer, django_assert_num_queries
):
    for n in range(number):
        owned(f"Piece {n}", TODAY)
        entry = make_entry(f"Entry {n}", assignee=editor, due_on=TODAY)
        work.assign(entry, user=marketer, name="Write", assignee=editor, due_on=TODAY)
    with django_assert_num_queries(3):
        assert len(mine.lines(editor, TODAY)) == min(3 * number, mine.SHOWN + 1)
