"""Questions of a brief that are needed before drafting: who begins without them is refused, or says why."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from cms import clock
from cms.models import AssetPage
from editorial import schedule, work
from editorial.models import BriefPoint, Waiver

pytestmark = pytest.mark.db
JSON = {"accept": "application/json"}
WHY = "Whose real example carries it?"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.fixture
def point(db):
    """One of the questions that every team begins with, marked; and one of another format."""
    BriefPoint.objects.create(format="webinar", text="Who moderates?", needed=True)
    BriefPoint.objects.filter(text=WHY).update(needed=True)
    return BriefPoint.objects.get(text=WHY)


@pytest.fixture
def entry(make_entry, point):
    return make_entry("Alarms", step="assigned", due_on=date(2026, 11, 26))


def move(client, entry, **values):
    address = reverse("editorial:move", args=("entry", entry.pk, "due"))
    answer = client.post(address, {"version": entry.version, **values}, headers=JSON)
    entry.refresh_from_db()
    return answer.json()


def history(entry):
    logged = schedule.log_registry.get_logs_for_instance(entry).filter(action="editorial.waive")
    return [line.formatter.format_message(line) for line in logged]


def test_drafting_is_refused_while_a_needed_question_is_open_and_free_once_it_is_answered(client, editor, entry, point):
    client.force_login(editor)
    told = move(client, entry, step="drafting")
    assert (told["question"], told["why"], entry.step) == (
        f"“Alarms” is not ready for drafting. Open in its brief: {WHY}", "Why all the same", "assigned",
    )  # fmt: skip
    assert "question" in move(client, entry, step="review")  # not by the next step either
    assert "question" in move(client, entry, step="drafting", sure=1, reason="  ")
    work.answer(entry, point, "Ines and the night shift", user=editor, before="")
    assert move(client, entry, step="drafting")["text"] == "“Alarms” is at “Drafting” now."
    assert (entry.step, Waiver.objects.count()) == ("drafting", 0)


def test_who_says_why_begins_all_the_same_and_the_reason_is_kept_and_shown(client, editor, entry):
    client.force_login(editor)
    assert "text" in move(client, entry, step="drafting", sure=1, reason="The frost is here")
    waiver = entry.waivers.get()
    assert (entry.step, waiver.user, waiver.reason, waiver.questions) == (
        "drafting",
        editor,
        "The frost is here",
        [WHY],
    )
    assert history(entry) == [f"Writing began with open questions ({WHY}), because: The frost is here"]
    page = client.get(reverse("editorial:work", args=[entry.pk])).content.decode()
    assert ("The frost is here" in page, "writing began although this was open" in page) == (True, True)
    move(client, entry, step="brief")
    assert "text" in move(client, entry, step="drafting")  # said once, it holds for these questions
    assert entry.waivers.count() == 1


def test_start_draft_asks_and_makes_no_page_until_it_is_told(client, editor, entry):
    client.force_login(editor)
    address = reverse("editorial:start_draft", args=[entry.pk])
    answer = client.post(address, {"next": "/admin/newsroom/calendar/?view=list"})
    assert (answer.status_code, answer.context["questions"], AssetPage.objects.count()) == (409, [WHY], 0)
    assert reverse("editorial:work", args=[entry.pk]) in answer.content.decode()
    assert client.post(address, {"reason": "The frost is here"}).url.startswith("/admin/pages/")
    entry.refresh_from_db()
    assert (entry.step, entry.page is None, entry.waivers.count()) == ("drafting", False, 1)
    edit = client.get(reverse("wagtailadmin_pages:edit", args=[entry.page_id])).content.decode()
    assert "Begun with open questions: The frost is here" in edit


def test_the_form_of_an_entry_asks_for_the_reason_beside_the_step(client, editor, entry):
    client.force_login(editor)
    address = reverse("editorial:edit", args=[entry.pk])
    said = {"title": "Alarms", "format": "article", "shelf_life": "evergreen", "step": "drafting", "version": 1}
    assert "Why all the same" not in client.get(address).content.decode()
    answer = client.post(address, said)
    assert (answer.status_code, WHY in answer.content.decode()) == (409, True)
    assert "Why all the same" in answer.content.decode()
    assert client.post(address, said | {"reason": "The frost is here"}).status_code == 302
    entry.refresh_from_db()
    assert (entry.step, entry.waivers.get().reason) == ("drafting", "The frost is here")


def test_a_new_entry_does_not_begin_in_drafting_past_its_brief(client, editor, point, stage):
    client.force_login(editor)
    said = {"title": "New", "format": "article", "shelf_life": "evergreen", "step": "drafting"}
    answer = client.post(reverse("editorial:add"), said)
    assert list(answer.context["form"].errors) == ["step"]
    assert client.post(reverse("editorial:add"), said | {"step": "brief"}).status_code == 302


def test_without_a_script_the_reason_is_asked_for_on_the_page(client, editor, entry):
    client.force_login(editor)
    address = reverse("editorial:move", args=("entry", entry.pk, "due"))
    page = client.post(address, {"version": 1, "step": "drafting"}).content.decode()
    assert ('name="reason"' in page, 'name="step" value="drafting"' in page) == (True, True)
    assert client.post(address, {"version": 1, "step": "drafting", "reason": "Frost"}).status_code == 302


def test_the_page_that_comes_back_from_review_is_not_asked_again(entry, editor, marketer):
    page = schedule.start_draft(entry, marketer, reason="The frost is here")
    schedule.submit(page)
    schedule.reject(page)
    entry.refresh_from_db()
    assert (entry.step, entry.waivers.count()) == ("drafting", 1)


def test_the_team_marks_a_question_in_its_list(client, editor, point):
    client.force_login(editor)
    page = client.get(reverse("brief_points:edit", args=[point.pk])).content.decode()
    assert 'name="needed"' in page
