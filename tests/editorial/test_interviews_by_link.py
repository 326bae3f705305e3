"""The expert's page behind their link: questions, answers and quotes; looking at it changes nothing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from cms import clock
from cms.models import Author
from editorial import interviews, links, schedule, work
from editorial.models import Interview, Quote

pytestmark = pytest.mark.db
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def entry(make_entry, marketer):
    return make_entry("Alarms", assignee=marketer)


def on_work(client, entry, **values):
    return client.post(reverse("editorial:work", args=[entry.pk]), values)


def last_link(mailoutbox):
    return re.search(r"https?://[^/]+(/expert/\S+/)", mailoutbox[-1].body)[1]


@pytest.fixture
def link(client, entry, editor, mailoutbox):
    """In the mail to Ada, asked two questions on the entry's screen."""
    client.force_login(editor)
    asked = {"name": "Ada Outside", "role": "Night shift, Brackwater", "email": "ada@partner.example"}
    answer = on_work(client, entry, do="ask_expert", **asked, questions="Who is woken?\r\n\r\n  What does it cost? ")
    assert (answer.status_code, mailoutbox[-1].to) == (302, ["ada@partner.example"])
    assert "It works until 7 December 2026." in mailoutbox[-1].body
    client.logout()
    return last_link(mailoutbox)


@pytest.fixture
def keys(link):
    return [one.pk for one in Interview.objects.get().questions.all()]


def history(entry):
    logged = schedule.log_registry.get_logs_for_instance(entry).order_by("pk")
    return [line.formatter.format_message(line) for line in logged][1:]


def test_looking_changes_nothing_and_an_answer_lands_in_the_interview_and_is_told(
    client, link, keys, entry, editor, marketer, mailoutbox
):
    for _scan in range(2):
        shown = client.get(link)
        assert (shown.status_code, shown["Cache-Control"], shown["X-Robots-Tag"], shown["Referrer-Policy"]) == (
            200, "private, no-store", "noindex", "same-origin",
        )  # fmt: skip
    page = shown.content.decode()
    assert ("Who is woken?" in page, "What does it cost?" in page, len(mailoutbox)) == (True, True, 1)
    asked = Interview.objects.get()
    assert ([one.answer for one in asked.questions.all()], history(entry)) == (
        ["", ""], ["Ada Outside was asked: 2 questions"],
    )  # fmt: skip
    said = {"do": "answer", f"answer-{keys[0]}": "Whoever is nearest.\r\nMostly me.", f"before-{keys[0]}": ""}
    assert client.post(link, said).url == f"{link}?kept=1"
    assert "Kept. Thank you." in client.get(f"{link}?kept=1").content.decode()
    first = asked.questions.get(pk=keys[0])
    assert (first.answer, first.answered_at) == ("Whoever is nearest.\nMostly me.", NOW)
    assert history(entry)[1:] == ["Ada Outside: Who is woken? Whoever is nearest.\nMostly me."]
    assert [(mail.to, mail.subject) for mail in mailoutbox[1:]] == [
        ([editor.email], "Ada Outside answers: Alarms"), ([marketer.email], "Ada Outside answers: Alarms"),
    ]  # fmt: skip
    client.force_login(editor)
    page = client.get(reverse("editorial:work", args=[entry.pk])).content.decode()
    assert ("Mostly me." in page, "1 question open" in page) == (True, True)


def test_an_answer_can_be_changed_but_not_over_one_that_was_not_seen(client, link, keys):
    def say(text, before):
        said = {"do": "answer", f"answer-{keys[0]}": text, f"before-{keys[0]}": before}
        return client.post(link, said)

    assert say("Me", "").status_code == 302
    other = say("Somebody", "")
    assert (other.status_code, "“Who is woken?” was answered meanwhile" in other.content.decode()) == (409, True)
    assert ">Somebody</textarea>" in other.content.decode()  # what they wrote is still in the form
    assert say("Me and Omar", "Me").status_code == 302
    assert Interview.objects.get().questions.get(pk=keys[0]).answer == "Me and Omar"


def test_a_quote_is_seen_as_it_will_be_published_and_approved_corrected_or_refused_once(
    client, link, entry, editor, mailoutbox
):
    asked = Interview.objects.get()
    client.force_login(editor)
    for text in ("We stopped guessing.", "It rings once.", "Nobody reads manuals."):
        assert on_work(client, entry, do="quote", interview=asked.pk, text=text).status_code == 302
    client.logout()
    assert client.get(link).status_code == 404  # a newer link has ended it
    newer, count = last_link(mailoutbox), len(mailoutbox)
    page = client.get(newer).content.decode()
    assert "<blockquote><p>We stopped guessing.</p></blockquote>" in page
    assert 'Ada Outside, <span class="quote-role">Night shift, Brackwater</span>' in page
    assert set(asked.quotes.values_list("verdict", flat=True)) == {""}
    first, second, third = asked.quotes.values_list("pk", flat=True)
    judge = {"do": "judge", "quote": first}
    assert client.post(newer, judge | {"verdict": "approved", "correction": "We stopped guessing."}).status_code == 302
    assert client.post(newer, {"do": "judge", "quote": second, "verdict": "corrected"}).status_code == 400
    corrected = {"do": "judge", "quote": second, "verdict": "corrected", "correction": "It rings twice."}
    assert client.post(newer, corrected).status_code == 302
    assert client.post(newer, {"do": "judge", "quote": third, "verdict": "refused"}).status_code == 302
    assert client.post(newer, judge | {"verdict": "refused"}).status_code == 409
    assert [(one.verdict, one.wording) for one in asked.quotes.all()] == [
        ("approved", "We stopped guessing."), ("corrected", "It rings twice."), ("refused", "Nobody reads manuals."),
    ]  # fmt: skip
    assert history(entry)[-3:] == [
        "Ada Outside on a quote: Approved: “We stopped guessing.”",
        "Ada Outside on a quote: Corrected: “It rings twice.”",
        "Ada Outside on a quote: Not to be used: “Nobody reads manuals.”",
    ]
    assert len(mailoutbox) - count == 6  # who asked, and whose entry it is
    assert interviews.state(interviews.of(entry)[0]) == "quotes approved"


def test_a_link_that_is_taken_back_expired_or_guessed_takes_no_answer(
    client, link, keys, entry, editor, monkeypatch, mailoutbox
):
    asked, said = Interview.objects.get(), {"do": "answer", f"answer-{keys[0]}": "Me", f"before-{keys[0]}": ""}
    assert client.get("/expert/guess/").status_code == 404
    client.force_login(editor)
    for _twice in range(2):
        assert on_work(client, entry, do="revoke", interview=asked.pk).status_code == 302
    client.logout()
    page = client.get(link).content.decode()
    assert ("The link was taken back." in page, "Who is woken?" in page) == (True, False)
    assert client.post(link, said).status_code == 409
    client.force_login(editor)
    on_work(client, entry, do="resend", interview=asked.pk)
    client.logout()
    newer = last_link(mailoutbox)
    monkeypatch.setattr(clock, "now", lambda: NOW + links.LASTS)
    assert "The link has expired." in client.get(newer).content.decode()
    assert client.post(newer, said).status_code == 409
    assert asked.questions.get(pk=keys[0]).answer == ""
    monkeypatch.setattr(clock, "now", lambda: NOW + links.LASTS - timedelta(minutes=1))
    assert client.post(newer, said).status_code == 302
    assert history(entry)[1:3] == ["Link taken back: Ada Outside", "New link for Ada Outside"]


def test_without_questions_nobody_is_asked_and_another_entrys_interview_is_not_found(
    client, entry, editor, owner, make_entry, link, mailoutbox
):
    client.force_login(editor)
    asked = {"name": "Ada", "email": "ada@partner.example"}
    assert on_work(client, entry, do="ask_expert", **asked, questions=" \n ").status_code == 400
    assert on_work(client, entry, do="ask_expert", **asked, questions="\n".join("?" * 31)).status_code == 409
    assert on_work(client, entry, do="quote", interview=Interview.objects.get().pk, text="").status_code == 400
    assert on_work(client, make_entry("B"), do="revoke", interview=Interview.objects.get().pk).status_code == 404
    work.invite(entry, owner, user=editor)
    client.force_login(owner)
    for verb in ("ask_expert", "quote", "resend", "revoke"):
        assert on_work(client, entry, do=verb, interview=Interview.objects.get().pk).status_code == 404
    assert (Interview.objects.count(), Quote.objects.count()) == (1, 0)


def test_answers_and_quotes_stand_beside_the_page_editor(client, entry, editor, marketer, link, keys):
    asked = Interview.objects.get()
    interviews.answer(asked, {keys[0]: ("Mostly me.", "")})
    page = schedule.start_draft(entry, marketer)
    client.force_login(editor)
    shown = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert ("Mostly me." in shown, "Ask whether it may be published" in shown) == (True, False)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_the_page_costs_the_same_for_one_and_for_thirty(
    number, client, entry, editor, mailoutbox, django_assert_num_queries
):
    asked = {"name": "Ada", "role": "", "email": "ada@partner.example"}
    made = interviews.ask(entry, user=editor, **asked, questions=[f"Question {n}?" for n in range(number)])
    for n in range(number):
        interviews.quote(made, f"Quote {n}", user=editor)
    link = last_link(mailoutbox)
    client.get(link)
    with django_assert_num_queries(3):
        assert client.get(link).status_code == 200


def test_profiles_for_the_topics_of_the_entry_are_named_where_an_expert_is_asked(client, editor, make_entry, topic):
    known = Author.objects.create(slug="rhea", name="Rhea Outside", organisation="School of Trade", standing="academic")
    Author.objects.create(slug="bo", name="Bo Elsewhere")
    entry = make_entry("Excursions", topics=[topic])
    client.force_login(editor)
    page = client.get(reverse("editorial:work", args=[entry.pk])).content.decode()
    assert "No profile says that it may be asked" in page
    known.topics.add(topic)
    page = client.get(reverse("editorial:work", args=[entry.pk])).content.decode()
    assert ("Rhea Outside" in page, "(Academic: School of Trade)" in page, "Bo Elsewhere" in page) == (
        True,
        True,
        False,
    )
