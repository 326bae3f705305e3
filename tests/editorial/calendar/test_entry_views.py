"""What a person does with one entry, through the screens."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from cms import clock
from cms.models import AssetPage
from editorial import schedule
from editorial.models import Entry


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


def address(name, *args):
    return reverse(f"editorial:{name}", args=args)


def said(answer):
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


FIELDS = {"format": "article", "shelf_life": "evergreen", "step": "idea"}


def test_a_title_is_enough_to_plan_and_the_person_is_back_where_they_were(client, editor):
    client.force_login(editor)
    back = "/admin/newsroom/coverage/"
    answer = client.post(address("add"), {**FIELDS, "title": "A scoop", "next": back})
    assert (answer.status_code, answer.url) == (302, back)
    entry = Entry.objects.get()
    assert (entry.title, entry.due_on, entry.created_by, entry.version) == ("A scoop", None, editor, 1)


def test_a_plan_without_a_title_is_refused_at_its_field(client, editor):
    client.force_login(editor)
    answer = client.post(address("add"), {**FIELDS, "title": ""})
    assert answer.context["form"].errors == {"title": ["This field is required."]}
    assert Entry.objects.count() == 0


def test_the_form_is_filled_from_the_address_and_ignores_what_does_not_exist(client, editor, stage, persona, topic):
    client.force_login(editor)
    asked = {"stage": stage.pk, "persona": persona.pk, "topic": topic.pk, "due_on": "2026-12-01", "title": "T"}
    form = client.get(address("add"), asked).context["form"]
    assert form.initial == {
        "stage": stage, "personas": [persona], "topics": [topic], "due_on": "2026-12-01", "title": "T",
    }  # fmt: skip
    wrong = {"stage": "none", "persona": "all", "topic": "99999999999999999999"}
    assert client.get(address("add"), wrong).context["form"].initial == {}


def test_similar_pieces_and_plans_stand_beside_the_form(client, editor, make_piece, make_entry):
    piece, plan = make_piece("The load that looked fine"), make_entry("Signing for a load")
    client.force_login(editor)
    for answer in (
        client.get(address("add"), {"title": "Who signs for the load"}),
        client.get(address("similar"), {"title": "Who signs for the load"}),
    ):
        assert [match.found for match in answer.context["similar_pieces"]] == [piece]
        assert [match.found for match in answer.context["similar_entries"]] == [plan]
    beside_itself = client.get(address("edit", plan.pk)).context
    assert (beside_itself["similar_entries"], len(beside_itself["similar_pieces"])) == ([], 1)


def test_editing_saves_and_a_stale_form_keeps_what_was_written(client, editor, marketer, make_entry):
    entry = make_entry("Working title", due_on=date(2026, 11, 26))
    schedule.move(entry, user=marketer, version=1, due_on=date(2026, 12, 1))
    client.force_login(editor)
    form = {**FIELDS, "title": "A better title", "due_on": "2026-11-27", "version": 1}
    answer = client.post(address("edit", entry.pk), form)
    assert answer.status_code == 409
    assert "marketer changed “Working title” after you opened it" in said(answer)
    again = answer.context["form"]
    assert (again["title"].value(), str(again["version"].value())) == ("A better title", "2")
    assert again.conflicts == [("Title", "Working title"), ("Planned for", "1 December 2026")]
    entry.refresh_from_db()
    assert (entry.title, entry.version) == ("Working title", 2)
    assert client.post(address("edit", entry.pk), form | {"version": 2}).status_code == 302
    entry.refresh_from_db()
    assert (entry.title, entry.due_on, entry.version) == ("A better title", date(2026, 11, 27), 3)


def test_starting_the_draft_opens_the_editor_and_a_second_press_the_same_page(client, editor, make_entry):
    entry = make_entry()
    client.force_login(editor)
    first = client.post(address("start_draft", entry.pk))
    page = AssetPage.objects.get()
    assert first.url == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert client.post(address("start_draft", entry.pk)).url == first.url
    assert AssetPage.objects.count() == 1
    assert client.get(address("start_draft", entry.pk)).status_code == 405


def test_dropping_asks_first_and_keeps_the_reason(client, editor, make_entry):
    entry = make_entry("Out of date")
    client.force_login(editor)
    assert "Drop it" in client.get(address("drop", entry.pk)).content.decode()
    client.post(address("drop", entry.pk), {"reason": "The rule was withdrawn", "version": 1})
    entry.refresh_from_db()
    assert entry.step == "dropped"
    assert "Dropped: The rule was withdrawn" in client.get(address("history", entry.pk)).content.decode()


def test_a_missing_entry_is_not_found(client, editor):
    client.force_login(editor)
    assert [client.get(address(name, 999)).status_code for name in ("edit", "drop")] == [404, 404]


def test_an_address_of_another_site_is_not_where_one_goes_back_to(client, editor, make_entry):
    entry = make_entry()
    client.force_login(editor)
    answer = client.post(
        address("move", "entry", entry.pk, "due"), {"pick": "day", "version": 1, "next": "https://evil.example/"}
    )
    assert answer.url == address("calendar")


def test_an_autosave_in_the_page_editor_leaves_the_plan_and_its_history_alone(client, marketer, make_entry):
    entry = make_entry()
    page = schedule.start_draft(entry, marketer)
    version, client_lines = entry.version, len(history(entry))
    client.force_login(marketer)
    form = {
        "title": "Typed over", "slug": page.slug, "format": "article", "medium": "text", "shelf_life": "evergreen",
        "audience": "public", "body-count": 0, "comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0,
            "files-TOTAL_FORMS": 0, "files-INITIAL_FORMS": 0,
    }  # fmt: skip
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    answer = client.post(edit, form, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    assert AssetPage.objects.get(pk=page.pk).get_latest_revision().object_str == "Typed over"
    entry.refresh_from_db()
    assert (entry.version, entry.title, entry.step) == (version, "Alarms that wake the right person", "drafting")
    assert len(history(entry)) == client_lines


def history(entry):
    return list(schedule.log_registry.get_logs_for_instance(entry))


def test_publishing_in_the_page_editor_fulfils_the_entry(client, marketer, make_entry):
    entry = make_entry()
    page = schedule.start_draft(entry, marketer)
    client.force_login(marketer)
    form = {
        "title": entry.title, "slug": page.slug, "format": "article", "medium": "text", "shelf_life": "evergreen",
        "audience": "public", "body-count": 0, "comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0,
            "files-TOTAL_FORMS": 0, "files-INITIAL_FORMS": 0,
        "action-publish": "1",
    }  # fmt: skip
    assert client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form).status_code == 302
    entry.refresh_from_db()
    assert entry.step == "published"
