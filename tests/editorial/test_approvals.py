"""Approval from outside: one revision, by link, and looking never answers."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from cms import clock
from editorial import approvals, schedule
from editorial.models import Approval

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.fixture
def page(make_entry, marketer):
    return schedule.start_draft(make_entry("Alarms"), marketer)


@pytest.fixture
def link(client, page, editor, mailoutbox):
    """The link in the mail, asked for on the entry's screen."""
    client.force_login(editor)
    asked = {"do": "ask", "name": "Ada Outside", "email": "ada@partner.example"}
    assert client.post(reverse("editorial:work", args=[page.entry.pk]), asked).status_code == 302
    client.logout()
    assert mailoutbox[0].to == ["ada@partner.example"]
    return re.search(r"https?://[^/]+(/approve/\S+/)", mailoutbox[0].body)[1]


def test_looking_at_the_link_answers_nothing_and_a_button_does_once(client, link, page, editor, mailoutbox):
    for _scan in range(2):
        shown = client.get(link)
        assert (shown.status_code, shown["Cache-Control"], shown["X-Robots-Tag"]) == (
            200,
            "private, no-store",
            "noindex",
        )
    text = client.get(f"{link}text/")
    assert (text.status_code, text["X-Frame-Options"]) == (200, "SAMEORIGIN")
    assert Approval.objects.get().verdict == ""
    assert client.post(link, {"verdict": "approved", "comment": "Good."}).status_code == 302
    given = Approval.objects.get()
    assert (given.verdict, given.comment, given.revision_id) == ("approved", "Good.", page.latest_revision_id)
    assert mailoutbox[1].subject == "Ada Outside: Approved: Alarms"
    assert client.post(link, {"verdict": "changes", "comment": "No!"}).status_code == 409
    assert Approval.objects.get().verdict == "approved"
    assert "You have answered. Thank you." in client.get(link).content.decode()
    page.refresh_from_db()
    assert page.live is False


def test_a_line_break_in_a_name_hinders_neither_question_nor_answer(page, editor, mailoutbox):
    asked = approvals.ask(page.entry, user=editor, name="Ada\r\nOutside", email="ada@partner.example")
    assert asked.name == "Ada Outside"
    Approval.objects.update(name="Ada\nOutside")  # as it was kept before
    approvals.answer(asked, verdict="approved", comment="")
    assert mailoutbox[1].subject == "Ada Outside: Approved: Alarms"


def test_an_approval_shows_the_very_revision_and_ends_with_the_next_one(client, link, page, marketer):
    type(page).objects.filter(pk=page.pk).update(title="Not the revision's title")
    assert "<h1>Alarms</h1>" in re.sub(r"\s*<h1[^>]*>\s*", "<h1>", client.get(f"{link}text/").content.decode())
    newer = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
    newer.save_revision(user=marketer)
    assert "The text was changed since you were asked." in client.get(link).content.decode()
    assert client.get(f"{link}text/").status_code == 404
    assert client.post(link, {"verdict": "approved"}).status_code == 409


def test_a_link_expires_a_guess_is_not_found_and_changes_need_words(client, link, monkeypatch):
    assert client.get("/approve/guess/").status_code == 404
    assert "Say what should change." in client.post(link, {"verdict": "changes"}).content.decode()
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC) + approvals.LASTS)
    assert "The link has expired." in client.get(link).content.decode()
    assert timedelta(days=14) == approvals.LASTS


def test_without_a_page_or_for_sales_only_nobody_outside_is_asked(make_entry, make_piece, editor, marketer):
    with pytest.raises(schedule.Refused, match="has no page yet"):
        approvals.ask(make_entry(), user=editor, name="Ada", email="ada@partner.example")
    entry = make_entry()
    page = schedule.start_draft(entry, marketer)
    type(page).objects.filter(pk=page.pk).update(audience="sales_only")
    with pytest.raises(schedule.Refused, match="is for sales only"):
        approvals.ask(entry, user=editor, name="Ada", email="ada@partner.example")
