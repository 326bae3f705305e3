"""A reader's answers: stored once with their event or not at all, refused kindly, nothing kept that was not given."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from cms import clock
from cms.feedback import ratings
from cms.models import AnswerSet, Question, Survey
from cms.signals import survey_answered
from cms.surveys import answering, forgetting

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/surveys/who/"


@pytest.fixture
def heard():
    calls = []

    def hear(sender, **facts):
        calls.append(facts)

    survey_answered.connect(hear)
    yield calls
    survey_answered.disconnect(hear)


@pytest.fixture
def send(client, survey, said):
    """send("I plan", ["Cost"], …, visitor=…) -> the answer to the posted form."""

    def go(*values, **fields):
        network = fields.pop("REMOTE_ADDR", "192.0.2.7")
        form = {"token": answering.sign(survey.pk, fields.pop("asset", 0))} | said(survey, *values) | fields
        return client.post(PAGE, form, REMOTE_ADDR=network)

    return go


def test_reader_answers_once_and_the_ledger_hears_what_it_tells(
    client, send, meant, heard, personas, topics, make_piece, stages
):
    piece = make_piece("A piece", primary_stage=stages[1])
    shown = client.get(f"{PAGE}?from={piece.pk}")
    assert (shown.status_code, shown.cookies) == (200, {})
    visitor = uuid4()
    values = ("I pay, mostly", ["Cost", "People"], "4", "12.5", "The night shift")
    answer = send(*values, visitor=str(visitor), link="v1.a.b.c", asset=piece.pk)
    assert (answer.status_code, answer["Location"], answer.cookies) == (303, f"{PAGE}?answered=1", {})
    one = AnswerSet.objects.get()
    assert (one.persona, one.stage, one.asset_id, one.round, one.subject) == (
        personas[1],
        stages[1],
        piece.pk,
        0,
        None,
    )
    assert visitor.hex not in one.reader_key
    assert one.wording == answering.wording(meant)
    rows = list(one.answers.order_by("pk").values_list("text", "number"))
    assert rows == [
        ("I pay, mostly", None),
        ("Cost", None),
        ("People", None),
        ("4", 4),
        ("12.5", 12.5),
        ("The night shift", None),
    ]
    [facts] = heard
    assert (facts["persona_id"], facts["topic_ids"], facts["answered"]) == (personas[1].pk, [topics[0].pk], 5)
    assert (facts["visitor"], facts["link_token"], facts["asset_id"]) == (visitor, "v1.a.b.c", piece.pk)
    again = send("I plan", visitor=str(visitor))
    assert "once is enough" in again.content.decode()
    assert (AnswerSet.objects.count(), len(heard)) == (1, 1)


def test_meaning_of_another_kind_than_its_question_tells_nothing(send, meant, heard):
    Question.objects.filter(survey=meant, tells="persona").update(tells="topic")
    send("I pay, mostly", ["Cost"], visitor=str(uuid4()))
    assert AnswerSet.objects.get().persona is None
    assert [facts["persona_id"] for facts in heard] == [None]


def test_answers_are_rolled_back_with_their_event(send, survey):
    def fail(sender, **facts):
        raise RuntimeError

    survey_answered.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            send("I plan")
    finally:
        survey_answered.disconnect(fail)
    assert AnswerSet.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((), "Nothing was answered."),
        (("None of these",), "Choose one of the answers."),
        (("I plan", ["Cost", "Forged"]), "Choose one of the answers."),
        (("I plan", [], "6"), "Choose one of the answers."),
        (("I plan", [], "", "many"), "Enter a number."),
        (("I plan", [], "", "1e13"), "million million"),
        (("I plan", [], "", "", "x" * 3001), "at most 3000"),
        (("I plan", [], "", "", "nul \0 byte"), "Null characters"),
    ],
)
def test_what_is_wrong_is_said_at_its_question_and_the_words_are_kept(send, values, words):
    answer = send(*values)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "I plan" not in values or 'value="I plan" checked' in page
    assert AnswerSet.objects.count() == 0


def test_question_that_must_be_answered_is_asked_for(send, survey):
    Question.objects.filter(survey=survey, label="How many trailers?").update(required=True)
    page = send("I plan").content.decode()
    assert "Please answer this one." in page
    assert 'role="alert"' in page


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"is_open": False}, 404), ({"closes": -1}, 410), ({"opens": 1}, 404), ({"closes": 0, "opens": 0}, 200)],
)
def test_survey_takes_answers_on_its_days_only(client, survey, send, fields, status):
    today = clock.now().date()
    Survey.objects.update(
        is_open=fields.get("is_open", True),
        closes_on=today + timedelta(days=fields["closes"]) if "closes" in fields else None,
        opens_on=today + timedelta(days=fields["opens"]) if "opens" in fields else None,
    )
    assert client.get(PAGE).status_code == status
    assert send("I plan").status_code == (303 if status == 200 else status)
    assert AnswerSet.objects.count() == (status == 200)


def test_draft_shows_nothing_of_itself(client, survey):
    Survey.objects.update(title="Shall we sell the yard?", is_open=False, thanks="Thanks from the yard.")
    answers = [client.get(PAGE), client.get(f"{PAGE}?answered=1"), client.get(f"{PAGE}?from=1"), client.post(PAGE)]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert not any("yard" in answer.content.decode() for answer in answers)


def test_survey_that_is_over_says_so_and_thanks_on(client, survey, send):
    send("I plan")
    Survey.objects.update(is_open=False, thanks="Thanks from the yard.")
    assert client.get(PAGE).status_code == 410
    assert "Thanks from the yard." in client.get(f"{PAGE}?answered=1").content.decode()


def test_nobody_is_thanked_before_the_first_day(client, survey):
    Survey.objects.update(opens_on=clock.now().date() + timedelta(days=1), thanks="Thanks from the yard.")
    answer = client.get(f"{PAGE}?answered=1")
    assert (answer.status_code, "Thanks from the yard." in answer.content.decode()) == (404, False)


def test_form_that_is_not_ours_is_refused(client, survey, make_survey, send, said):
    other = make_survey("Other", slug="other")
    for token in ("", "x", "\0", ratings.sign(1), answering.sign(other.pk)):
        assert client.post(PAGE, {"token": token} | said(survey, "I plan")).status_code == 400
    assert send("I plan", website="http://spam.example").status_code == 400
    assert client.post(PAGE, {"token": "x" * 140_000}).status_code == 413
    assert client.get("/surveys/none/").status_code == 404
    assert client.put(PAGE).status_code == 405
    assert AnswerSet.objects.count() == 0


def test_token_grows_old(send, survey, client, said, monkeypatch):
    monkeypatch.setattr(answering, "TOKEN_AGE", -1)
    assert "more than 30 days" in send("I plan").content.decode()


def test_one_network_cannot_answer_without_end(send, monkeypatch):
    monkeypatch.setattr(answering, "A_NETWORK_AN_HOUR", 2)
    answers = [send("I plan", visitor=str(uuid4())).status_code for _ in range(3)]
    assert answers == [303, 303, 429]
    assert send("I plan", visitor=str(uuid4()), REMOTE_ADDR="198.51.100.1").status_code == 303


def test_survey_is_offered_under_the_pieces_that_it_is_for(client, survey, make_piece, stages, topics):
    make_piece("A piece", primary_stage=stages[0], topics=topics[:1])
    address = reverse("survey", args=["who"])
    assert address not in client.get("/a-piece/").content.decode()
    for fields, shown in (({}, True), ({"stage": stages[1]}, False), ({"stage": stages[0], "topic": topics[0]}, True)):
        Survey.objects.update(is_offered=True, **({"stage": None, "topic": None} | fields))
        assert (address in client.get("/a-piece/").content.decode()) is shown


def test_text_of_a_survey_is_never_markup(client, survey):
    Survey.objects.update(title="<script>1</script>", intro="<img src=x>")
    Question.objects.filter(survey=survey).update(label="<b>bold</b>")
    page = client.get(PAGE).content.decode()
    assert "<script>1" not in page
    assert "<img src=x>" not in page
    assert "<b>bold" not in page


def test_whose_answers_they_were_is_forgotten_what_was_chosen_stays(survey, said, later):
    subject, visitor = UUID(int=1), uuid4()
    from cms.feedback import readers  # noqa: PLC0415
    from cms.surveys.asking import form_for  # noqa: PLC0415

    def answer(**who):
        form = form_for(survey, said(survey, "I plan", ["Cost"], "", "", "My name is Ines"))
        assert form.is_valid()
        return answering.answer(survey, form.cleaned_data, answering.Answerer(**who))

    by_mail = answer(reader_key=readers.key_of_subject(subject), subject=subject, round=3, network_key="n")
    by_browser = answer(reader_key=readers.key_of_visitor(visitor))
    other = answer(reader_key="other", subject=UUID(int=2), round=3)
    assert {row["text"] for row in forgetting.given(subject, [visitor])} == {"I plan", "Cost", "My name is Ines"}
    assert forgetting.erase(subject, [visitor]) == 2
    for one in (by_mail, by_browser):
        one.refresh_from_db()
        assert (one.subject, one.network_key, one.answers.count()) == (None, "", 2)
    assert forgetting.given(subject, [visitor]) == []
    assert other.answers.count() == 3
    later(days=731)
    assert forgetting.forget() == 1
    other.refresh_from_db()
    assert (other.subject, other.answers.count()) == (None, 3)
