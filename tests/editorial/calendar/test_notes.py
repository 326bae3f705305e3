"""A line on why: kept in the history with what was moved, and shown there."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from cms import clock
from editorial import schedule, work
from tests.editorial.calendar.test_moves import ask, lines

WHY = "  waits for the\n figures "
KEPT = ": “waits for the figures”"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"day": "2026-12-24"}, "Moved from 26 November 2026 to 24 December 2026"),
        (
            {"day": "2026-12-24", "steps": "all"},
            "Shifted by 28 days; Moved from 26 November 2026 to 24 December 2026; steps: Write",
        ),
        ({"step": "review"}, "Idea → Review"),
        ({"assignee": "none"}, "Given to nobody, not marketer"),
        ({"title": "Gates"}, "Changed: title"),
        ({"pick": "down"}, "Number 2 of its day"),
    ],
)  # fmt: skip
def test_every_change_of_an_entry_keeps_the_note_and_shows_it(client, editor, marketer, make_entry, asked, line):
    entry = make_entry("Doors", due_on=date(2026, 11, 26), assignee=marketer)
    make_entry("Gates", due_on=date(2026, 11, 26))
    work.assign(entry, user=marketer, name="Write", due_on=date(2026, 11, 25))
    client.force_login(editor)
    status, _said = ask(client, entry, version=1, note=WHY, **asked)
    assert (status, lines(entry)[-1]) == (200, line + KEPT)
    history = client.get(reverse("editorial:history", args=[entry.pk])).content.decode()
    assert "waits for the figures" in history


def test_what_undoes_a_move_carries_no_note(client, editor, make_entry):
    entry = make_entry("Doors", due_on=date(2026, 11, 26))
    client.force_login(editor)
    undo = ask(client, entry, version=1, note=WHY, step="brief")[1]["undo"]
    assert undo == {"step": "idea"}
    ask(client, entry, version=2, **undo)
    assert lines(entry)[-1] == "Brief → Idea"


def test_the_form_of_an_entry_and_the_page_without_a_script_ask_for_a_note_too(client, editor, make_entry):
    entry = make_entry("Doors", due_on=date(2026, 11, 26))
    client.force_login(editor)
    edit = reverse("editorial:edit", args=[entry.pk])
    move = reverse("editorial:move", args=["entry", entry.pk, "due"])
    assert 'name="note"' not in client.get(reverse("editorial:add")).content.decode()  # nothing has changed yet
    for page in (edit, move):
        assert 'name="note"' in client.get(page).content.decode()
    said = {"title": "Doors in winter", "format": "article", "shelf_life": "evergreen", "step": "idea", "version": 1}
    assert client.post(edit, said | {"note": WHY}).status_code == 302
    assert lines(entry)[-1].endswith(KEPT)
    asked = client.post(move, {"day": "2026-11-02", "version": 2, "note": WHY}).content.decode()
    assert 'name="note" value="waits for the figures"' in asked  # the question of the day that is over keeps it


def test_a_note_of_more_than_a_line_is_refused_and_nothing_moves(client, editor, make_entry):
    entry = make_entry("Doors", due_on=date(2026, 11, 26))
    client.force_login(editor)
    assert ask(client, entry, version=1, day="2026-12-24", note="x" * 201)[0] == 400
    entry.refresh_from_db()
    assert (entry.due_on, entry.version) == (date(2026, 11, 26), 1)


def test_a_note_without_a_change_leaves_no_line(editor, make_entry):
    entry = make_entry("Doors", due_on=date(2026, 11, 26))
    schedule.move(entry, user=editor, version=1, due_on=date(2026, 11, 26), note="why")
    assert len(lines(entry)) == 1
