"""Whose an entry is, changed from the calendar by the address that moves everything."""

from datetime import date

from django.urls import reverse

from tests.editorial.calendar.test_moves import ask, lines


def test_an_entry_is_given_to_somebody_and_back_by_the_same_address(client, editor, marketer, owner, make_entry):
    entry = make_entry("Given", due_on=date(2026, 11, 26), assignee=editor)
    client.force_login(editor)
    assert ask(client, entry, assignee=marketer.pk, version=1) == (
        200, {"text": "“Given” is marketer’s now.", "version": 2, "undo": {"assignee": str(editor.pk)}},
    )  # fmt: skip
    assert ask(client, entry, assignee="none", version=2)[1]["text"] == "“Given” is nobody’s now."
    assert ask(client, entry, assignee=editor.pk, version=1)[0] == 409
    for nobody in (owner.pk, "x", 10**17):
        assert ask(client, entry, assignee=nobody, version=3) == (400, {"text": "Choose somebody who writes here."})
    entry.refresh_from_db()
    assert (entry.assignee, entry.due_on, lines(entry)[1:]) == (
        None, date(2026, 11, 26), ["Given to marketer, not editor", "Given to nobody, not marketer"],
    )  # fmt: skip


def test_an_entry_is_renamed_and_back_by_the_same_address(client, editor, make_entry):
    entry = make_entry("Doors", due_on=date(2026, 11, 26))
    client.force_login(editor)
    assert ask(client, entry, title="Doors in winter", version=1) == (
        200, {"text": "“Doors” is called “Doors in winter” now.", "version": 2, "undo": {"title": "Doors"}},
    )  # fmt: skip
    assert ask(client, entry, title="Gates", version=1)[0] == 409
    assert ask(client, entry, title="x" * 201, version=2)[0] == 400
    assert ask(client, entry, title="Doors", version=2)[0] == 200
    entry.refresh_from_db()
    assert (entry.title, entry.due_on) == ("Doors", date(2026, 11, 26))


def test_held_room_and_pages_have_no_title_of_ours(client, editor, make_piece):
    page = make_piece()
    client.force_login(editor)
    assert ask(client, page, "publish", title="Mine", version=page.latest_revision_id or 0)[0] == 400


def test_the_brief_is_read_in_the_dialog_by_those_who_plan(client, editor, owner, stranger, make_entry):
    entry = make_entry("Doors", question="Who holds them open?")
    address = reverse("editorial:glance", args=[entry.pk])
    client.force_login(editor)
    assert "Who holds them open?" in client.get(address).content.decode()
    assert client.get(reverse("editorial:glance", args=[entry.pk + 1])).status_code == 404
    for other in (owner, stranger):
        client.force_login(other)
        assert client.get(address).status_code == 302


def test_a_card_says_whose_it_is_and_at_which_step_for_the_dialog(client, editor, make_entry):
    entry = make_entry("Doors", due_on=date(2026, 11, 26), assignee=editor, step="brief")
    client.force_login(editor)
    html = client.get("/admin/newsroom/calendar/", {"on": "2026-11"}).content.decode()
    assert f'data-move="/admin/newsroom/move/entry/{entry.pk}/due/" data-at="brief" data-who="{editor.pk}"' in html
