"""The mail of steps that are due: once for each day, once a day a person, whoever runs the loop how often."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from wagtail.users.models import UserProfile

from cms import clock
from editorial import reminders, schedule, work
from editorial.models import Assignment, StepReminder
from editorial.reminder_panel import StepReminderPanel

pytestmark = pytest.mark.db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """now(day, hour) sets the clock; it begins on Monday at ten."""

    def at(day, hour=10):
        monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, day, hour, tzinfo=UTC))

    at(23)
    return at


@pytest.fixture
def give(make_entry, marketer, editor, mailoutbox):
    """give("Write", due_on=…, to=…) -> a step of an entry; the mail that tells of it is out of the box."""

    def make(name, due_on=TODAY, to=editor, **fields):
        step = work.assign(
            make_entry(f"Piece for {name}", **fields), user=marketer, name=name, assignee=to, due_on=due_on
        )
        mailoutbox.clear()
        return step

    return make


def test_all_that_is_due_or_late_comes_in_one_mail_once(give, mailoutbox, now):
    give("Write"), give("Ask Ines", date(2026, 11, 20)), give("Not yet", date(2026, 11, 28))
    assert (reminders.remind(), reminders.remind()) == (1, 0)
    (told,) = mailoutbox
    assert told.subject == "2 of your steps are due"
    assert "* Ask Ines (3 days late): Piece for Ask Ines" in told.body
    assert "* Write (today): Piece for Write" in told.body
    assert "Not yet" not in told.body
    now(24)
    assert reminders.remind() == 0  # nothing new
    now(28)
    assert reminders.remind() == 1
    assert mailoutbox[1].subject == "“Not yet” is due"
    new, _rest, known = mailoutbox[1].body.partition("Still open, you know of these:")
    assert ("Not yet" in new, "Write (5 days late)" in known) == (True, True)


def test_what_comes_near_is_told_two_days_ahead_and_again_on_its_day(give, mailoutbox, now):
    give("Write", date(2026, 11, 26))
    assert reminders.remind() == 0
    now(24)
    assert (reminders.remind(), reminders.remind()) == (1, 0)
    assert mailoutbox[0].subject == "“Write” is due soon"
    assert "Coming near:\n\n* Write (in 2 days): Piece for Write" in mailoutbox[0].body
    assert "Due:" not in mailoutbox[0].body
    now(25)
    assert reminders.remind() == 0
    now(26)
    assert reminders.remind() == 1
    assert mailoutbox[1].subject == "“Write” is due"
    assert "Coming near" not in mailoutbox[1].body


def test_another_day_for_what_came_near_is_told_anew(give, mailoutbox, now):
    step = give("Write", date(2026, 11, 25))
    assert reminders.remind() == 1
    Assignment.objects.filter(pk=step.pk).update(due_on=date(2026, 11, 26))
    now(24)
    assert reminders.remind() == 1
    assert "Write (in 2 days)" in mailoutbox[1].body


def test_a_new_day_for_a_step_is_a_new_reason_but_no_second_mail_that_day(give, mailoutbox, now):
    step = give("Write")
    assert reminders.remind() == 1
    Assignment.objects.filter(pk=step.pk).update(due_on=date(2026, 11, 22))
    assert reminders.remind() == 0
    now(24)
    assert reminders.remind() == 1


def test_what_is_done_dropped_or_nobodys_reminds_nobody(give, mailoutbox, editor, marketer, make_user):
    work.finish(give("Done"), user=editor)
    dropped = give("Dropped").entry
    schedule.drop(dropped, user=editor, version=dropped.version)
    give("Nobody's", to=None)
    gone = make_user("gone", "Editors")
    give("Gone", to=gone)
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    assert (reminders.remind(), mailoutbox) == (0, [])


def test_the_mail_waits_for_the_persons_own_morning(give, editor, now):
    UserProfile.objects.update_or_create(user=editor, defaults={"current_time_zone": "America/New_York"})
    give("Write")
    assert reminders.remind() == 0  # five in the morning there
    now(23, 12)
    assert reminders.remind() == 1


def test_a_person_who_wants_no_mail_says_so_in_their_account(client, rf, give, editor):
    client.force_login(editor)
    assert "remind me of my steps" in client.get(reverse("wagtailadmin_account")).content.decode().lower()
    for posted in ({"steps-wanted": "on"}, {}):
        request = rf.post("/", posted)
        form = StepReminderPanel(request, editor, UserProfile.get_for_user(editor)).get_form()
        assert form.is_valid()
        form.save()
    assert StepReminder.objects.get(user=editor).wanted is False
    give("Write")
    assert reminders.remind() == 0


def test_of_two_workers_that_look_at_the_same_time_one_sends(give, mailoutbox, monkeypatch):
    give("Write")
    really = StepReminder.objects.get_or_create
    others = []

    def late(**values):
        monkeypatch.undo()
        monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))
        others.append(reminders.remind())
        return really(**values)

    monkeypatch.setattr(StepReminder.objects, "get_or_create", late)
    assert (reminders.remind(), others, len(mailoutbox)) == (0, [1], 1)
