"""The work on an entry: brief, steps, talk and guests, and the panels beside the page editor."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from cms import clock, ports
from cms.models import Scorecard
from editorial import interviews, schedule, work
from editorial.models import BriefPoint, Entry
from nurture.mail.models import Delivery

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.fixture
def point(db):
    return BriefPoint.objects.create(format="webinar", text="Who moderates?")


def post(client, entry, **values):
    return client.post(reverse("editorial:work", args=[entry.pk]), values)


def history(entry):
    logged = schedule.log_registry.get_logs_for_instance(entry).order_by("pk")
    return [line.formatter.format_message(line) for line in logged][1:]


def test_a_brief_asks_what_the_team_asks_for_every_format_and_for_this_one(make_entry, point, editor):
    webinar, article = make_entry("W", format="webinar"), make_entry("A")
    for_all = {str(one) for one, _text in work.brief(article)}
    assert "Is it about an idea, or about the product?" in for_all
    assert {str(one) for one, _text in work.brief(webinar)} - for_all == {"Who moderates?"}
    work.answer(webinar, point, "Ines", user=editor, before="")
    assert dict(work.brief(webinar))[point] == "Ines"
    assert history(webinar) == ["Brief: Who moderates? Ines"]


def test_of_two_answers_to_one_question_the_second_sees_the_first_and_loses_nothing(client, make_entry, point, editor):
    entry = make_entry(format="webinar")
    client.force_login(editor)
    values = {"do": "answer", "point": point.pk, "before": ""}
    assert post(client, entry, **values, text="Ines").status_code == 302
    answer = post(client, entry, **values, text="Omar")
    assert answer.status_code == 409
    assert "Somebody answered “Who moderates?” meanwhile: “Ines”. Yours was: “Omar”." in answer.content.decode()
    assert post(client, entry, do="answer", point=point.pk, before="Ines", text="Omar").status_code == 302
    assert entry.answers.get().text == "Omar"


def test_a_step_has_somebody_who_is_told_a_day_and_instructions_and_is_done_once(
    client, make_entry, editor, marketer, mailoutbox
):
    entry = make_entry("Alarms")
    client.force_login(editor)
    step = {
        "name": "Interview the night shift",
        "assignee": marketer.pk,
        "due_on": "2026-11-20",
        "instructions": "Ring",
    }
    assert post(client, entry, do="assign", **step).status_code == 302
    assert [mail.subject for mail in mailoutbox] == ["editor asks you: Interview the night shift"]
    made = entry.assignments.get()
    assert (made.assignee, made.due_on, made.instructions) == (marketer, date(2026, 11, 20), "Ring")
    assert "was due 20 November 2026" in client.get(reverse("editorial:work", args=[entry.pk])).content.decode()
    for _twice in range(2):
        post(client, entry, do="finish", step=made.pk)
    made.refresh_from_db()
    assert made.done_at == clock.now()
    post(client, entry, do="finish", step=made.pk, undo=1)
    assert history(entry) == [
        "Step added: Interview the night shift marketer",
        "Done: Interview the night shift",
        "Not done after all: Interview the night shift",
    ]
    assert post(client, entry, do="assign", name="").status_code == 400


def test_line_breaks_in_a_step_or_a_name_stop_no_step_from_being_given(client, make_entry, editor, marketer, settings):
    settings.EMAIL_BACKEND = "nurture.mail.backend.QueueBackend"
    editor.first_name = "Edda\nFrom: x"
    editor.save()
    client.force_login(editor)
    said = {"do": "assign", "name": "Look\nBcc: all@example.com", "assignee": marketer.pk}
    answer = client.post(reverse("editorial:work", args=[make_entry().pk]), said)
    assert answer.status_code == 302
    assert Delivery.objects.get().subject == "Edda From: x asks you: Look Bcc: all@example.com"


def test_an_invited_colleague_is_told_reads_and_talks_and_changes_nothing(
    client, make_entry, editor, owner, colleague, mailoutbox
):
    entry, other = make_entry("Alarms", notes="Internal"), make_entry("Another")
    screen = reverse("editorial:work", args=[entry.pk])
    client.force_login(owner)
    assert client.get(screen).status_code == 404
    client.force_login(editor)
    for _twice in range(2):
        post(client, entry, do="invite", colleague=owner.pk)
    assert [(mail.subject, mail.to) for mail in mailoutbox] == [("editor invites you to “Alarms”", [owner.email])]
    assert screen in mailoutbox[0].body
    client.force_login(owner)
    page = client.get(screen).content.decode()
    assert ("Say it" in page, "Add the step" in page, "Change the plan" in page) == (True, False, False)
    post(client, entry, do="say", text="Ask for the load numbers.", is_decision="on")
    for verb in ("answer", "assign", "invite", "uninvite", "drop"):
        assert (verb, post(client, entry, do=verb).status_code) == (verb, 404)
    assert client.get(reverse("editorial:work", args=[other.pk])).status_code == 404
    remark = entry.remarks.get()
    assert (remark.author, remark.is_decision, history(entry)[-1]) == (
        owner,
        True,
        "Decided: Ask for the load numbers.",
    )
    client.force_login(colleague)
    assert client.get(screen).status_code == 404
    client.force_login(editor)
    assert [str(one) for one in client.get(screen).context["decisions"]] == ["Ask for the load numbers."]
    post(client, entry, do="uninvite", colleague=owner.pk)
    client.force_login(owner)
    assert client.get(screen).status_code == 404


def test_of_two_who_take_a_step_that_nobody_has_the_second_is_told_who_was_first(client, make_entry, editor, marketer):
    entry = make_entry("Alarms")
    step = work.assign(entry, user=editor, name="Interview the night shift")
    for who, status in ((editor, 302), (editor, 302), (marketer, 409)):
        client.force_login(who)
        answer = post(client, entry, do="take", step=step.pk)
        assert (who, answer.status_code) == (who, status)
    assert "“Interview the night shift” was taken meanwhile: editor." in answer.content.decode()
    step.refresh_from_db()
    assert (step.assignee, history(entry)[1:]) == (editor, ["Taken: Interview the night shift"])


def test_who_has_a_step_on_an_entry_finishes_theirs_and_nobody_elses(client, make_entry, editor, owner, colleague):
    entry = make_entry("Alarms")
    mine = work.assign(entry, user=editor, name="Check the numbers", assignee=owner)
    theirs = work.assign(entry, user=editor, name="Check the words", assignee=colleague)
    client.force_login(owner)
    assert client.get(reverse("editorial:work", args=[entry.pk])).status_code == 200
    assert post(client, entry, do="finish", step=mine.pk).status_code == 302
    assert post(client, entry, do="finish", step=theirs.pk).status_code == 404
    assert list(entry.assignments.filter(done_at=None)) == [theirs]


@pytest.mark.parametrize("number", [1, 3])
def test_the_work_costs_the_same_for_one_and_three(
    number, client, make_entry, editor, owner, django_assert_num_queries
):
    entry = make_entry()
    for index in range(number):
        work.say(entry, user=owner, text=f"Remark {index}")
        work.assign(entry, user=editor, name=f"Step {index}", assignee=editor)
        asked = {"name": "Ada", "role": "", "email": "ada@partner.example", "questions": ["Who?", "Why?"]}
        interviews.quote(interviews.ask(entry, user=editor, **asked), "We stopped guessing.", user=editor)
    client.force_login(editor)
    client.get(reverse("editorial:work", args=[entry.pk]))
    with django_assert_num_queries(23):
        assert client.get(reverse("editorial:work", args=[entry.pk])).status_code == 200


def test_brief_and_scorecard_stand_beside_the_page_editor(client, make_entry, editor, make_piece, monkeypatch):
    entry = make_entry("Alarms", question="Who is woken?")
    page = schedule.start_draft(entry, editor)
    work.say(entry, user=editor, text="No product names.", is_decision=True)
    client.force_login(editor)
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    shown = client.get(edit).content.decode()
    assert 'data-side-panel="brief"' in shown
    assert ("Who is woken?" in shown, "No product names." in shown) == (True, True)
    assert "Not known yet: nobody has read this page." in shown
    figures = {page.pk: {"views": 31, "readers": 12, "reads": 7, "downloads": 0, "useful": 3, "not_useful": 1}}
    monkeypatch.setattr(ports.asset_figures, "_answer", lambda ids: figures)
    Scorecard.objects.create(asset=page, days=90, readers=12, placed=6, relevance=50, counted_at=clock.now())
    shown = client.get(edit).content.decode()
    for line in ("<dt>Readers</dt><dd>12</dd>", "<dd>50 % of 6</dd>", "<dd>31</dd>", "<dd>3 of 4</dd>"):
        assert line in shown
    assert reverse("scorecard-piece", args=[page.pk]) in shown
    unplanned = reverse("wagtailadmin_pages:edit", args=[make_piece("Alone").pk])
    assert "Nobody planned this page" in client.get(unplanned).content.decode()


def test_a_copied_page_does_not_take_the_plan_along(make_entry, editor, marketer):
    entry = make_entry()
    page = schedule.start_draft(entry, editor)
    copy = page.copy(update_attrs={"slug": "copy"}, user=marketer)
    entry.refresh_from_db()
    assert (entry.page_id, Entry.objects.filter(page=copy.pk).count()) == (page.pk, 0)
