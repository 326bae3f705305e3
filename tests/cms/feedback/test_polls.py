"""One question under a piece: who sees which, one answer a reader, and results after answering."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from cms import clock
from cms.feedback import polls, ratings
from cms.feedback.models import Poll, PollAnswer, PollOption
from cms.models.pages import Audience
from cms.signals import poll_answered

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ANSWER = reverse("answer_poll")


@pytest.fixture
def piece(make_piece, stages, topics):
    return make_piece("A piece", primary_stage=stages[0], topics=topics[:1])


@pytest.fixture
def make_poll(db):
    def make(question="What holds you up?", options=("Time", "Money"), **fields):
        poll = Poll.objects.create(question=question, **fields)
        for number, text in enumerate(options):
            PollOption.objects.create(poll=poll, text=text, sort_order=number)
        return poll

    return make


@pytest.fixture
def heard():
    calls = []

    def hear(sender, **facts):
        calls.append(facts)

    poll_answered.connect(hear)
    yield calls
    poll_answered.disconnect(hear)


def send(client, piece, poll, number=0, **more):
    network = more.pop("REMOTE_ADDR", "192.0.2.7")
    form = {"token": polls.sign(piece.pk, poll.pk), "option": poll.options.all()[number].pk} | more
    return client.post(ANSWER, form, REMOTE_ADDR=network)


def page(client, query=""):
    return client.get(f"/a-piece/{query}").content.decode()


def test_reader_answers_once_may_change_it_and_the_ledger_hears_of_each(client, piece, make_poll, heard, stages):
    poll, visitor = make_poll(), str(uuid4())
    assert "What holds you up?" in page(client)
    answer = send(client, piece, poll, visitor=visitor)
    assert (answer.status_code, answer["Location"], answer.cookies) == (303, f"/a-piece/?poll={poll.pk}#poll", {})
    send(client, piece, poll, visitor=visitor)
    send(client, piece, poll, 1, visitor=visitor)
    row = PollAnswer.objects.get()
    assert (row.option.text, row.asset_id, row.stage) == ("Money", piece.pk, stages[0])
    assert visitor.replace("-", "") not in row.reader_key
    told = [(call["asset_id"], call["poll_id"], call["question"], call["option"]) for call in heard]
    assert told == [(piece.pk, poll.pk, poll.question, "Time"), (piece.pk, poll.pk, poll.question, "Money")]


def test_results_are_shown_after_answering_and_from_five_on(client, piece, make_poll):
    poll = make_poll()
    for n in range(4):
        send(client, piece, poll, n % 2, visitor=str(uuid4()))
    assert "shown when five have answered" in page(client, f"?poll={poll.pk}")
    send(client, piece, poll, 0, visitor=str(uuid4()))
    assert polls.results(poll) == [polls.Line("Time", 3, 60), polls.Line("Money", 2, 40)]
    assert "60 %" in page(client, f"?poll={poll.pk}")
    assert "60 %" not in page(client)


def test_piece_shows_the_newest_poll_that_is_for_it_and_open(make_poll, piece, stages, topics):
    def shown():
        found = polls.for_piece(piece, [topics[0].pk])
        return found and found.question

    assert shown() is None
    make_poll("For all")
    make_poll("Other stage", stage=stages[1])
    make_poll("Other topic", topic=topics[1])
    make_poll("Closed", is_open=False)
    make_poll("Over", closes_on=clock.now().date() - timedelta(days=1))
    assert shown() == "For all"
    make_poll("Fits", stage=stages[0], topic=topics[0], closes_on=clock.now().date())
    assert shown() == "Fits"


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "\0"])
def test_token_that_is_not_ours_is_refused(client, piece, make_poll, token):
    make_poll()
    assert client.post(ANSWER, {"token": token, "option": "1"}).status_code == 400
    assert client.post(ANSWER, {"token": ratings.sign(piece.pk), "option": "1"}).status_code == 400


def test_what_is_no_answer_is_refused(client, piece, make_poll, make_piece):
    poll, other = make_poll(), make_poll("Other", ("Yes", "No"))
    for option in ("", "x", "9" * 30, other.options.first().pk):
        assert send(client, piece, poll, option=option).status_code == 400
    internal = make_piece("Internal", audience=Audience.SALES_ONLY)
    assert send(client, internal, poll).status_code == 404
    Poll.objects.update(is_open=False)
    assert "This question is closed." in send(client, piece, poll).content.decode()
    assert client.get(ANSWER).status_code == 405
    assert client.post(ANSWER, {"token": "x" * 9000}).status_code == 413
    assert PollAnswer.objects.count() == 0


def test_one_network_cannot_answer_without_end(client, piece, make_poll, monkeypatch):
    monkeypatch.setattr(polls, "A_NETWORK_AN_HOUR", 2)
    poll = make_poll()
    answers = [send(client, piece, poll, visitor=str(uuid4())).status_code for _ in range(3)]
    assert answers == [303, 303, 429]
    assert send(client, piece, poll, visitor=str(uuid4()), REMOTE_ADDR="198.51.100.1").status_code == 303


def form(question="Why now?", options=({"text": "A", "ORDER": 1}, {"text": "B", "ORDER": 2}), initial=0):
    said = {"question": question, "is_open": "on", "stage": "", "topic": "", "closes_on": ""}
    return nested_form_data(said | {"options": inline_formset(list(options), initial=initial)})


def test_marketer_makes_a_poll_with_two_answers_at_least(client, marketer):
    client.force_login(marketer)
    answer = client.post(reverse("polls:add"), form(options=({"text": "A", "ORDER": 1},)))
    assert "Give at least two answers" in answer.content.decode()
    client.post(reverse("polls:add"), form())
    poll = Poll.objects.get()
    assert [option.text for option in poll.options.all()] == ["A", "B"]


def test_question_stands_once_readers_have_answered_and_can_be_closed(client, marketer, piece, make_poll):
    poll = make_poll()
    send(client, piece, poll)
    client.force_login(marketer)
    address = reverse("polls:edit", args=[poll.pk])
    options = [{"id": row.pk, "text": row.text, "ORDER": n + 1} for n, row in enumerate(poll.options.all())]
    changed = form("Something else?", options, initial=2)
    assert "close this poll and make a new one" in client.post(address, changed).content.decode()
    closed = form(poll.question, options, initial=2)
    del closed["is_open"]
    assert client.post(address, closed | {"closes_on": date(2026, 1, 1)}).status_code == 302
    poll.refresh_from_db()
    assert (poll.is_open, poll.answers.count()) == (False, 1)
    shown = client.get(reverse("polls:inspect", args=[poll.pk])).content.decode()
    assert "1 reader answered" in shown
    assert "one" in shown


@pytest.mark.parametrize("who", ["owner", "stranger"])
def test_only_writers_see_the_polls_in_the_admin(client, request, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("polls:index")).status_code == 302
    assert client.post(reverse("polls:add"), form()).status_code == 302
    assert Poll.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_with_one_poll_and_with_three(rows, client, marketer, make_poll, django_assert_num_queries):
    for _ in range(rows):
        make_poll()
    client.force_login(marketer)
    address = reverse("polls:index_results")
    client.get(address)
    with django_assert_num_queries(7):
        assert len(client.get(address).context["object_list"]) == rows
