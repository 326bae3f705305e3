"""Whose an entry is, changed from the calendar by the address that moves everything."""

from datetime import date

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
