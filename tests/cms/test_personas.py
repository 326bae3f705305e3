"""A persona's page: its evidence from surveys, polls, interviews and reading, and what is missing for it."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock, personas, policy, ports
from cms.feedback import polls
from cms.models import AnswerSet, PersonaNote, Poll, PollOption, Question, Survey
from cms.surveys import answering
from cms.surveys.asking import form_for, name_of

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def persona(personas):
    return personas[0]


@pytest.fixture
def survey(db):
    made = Survey.objects.create(title="Who", slug="who", intro="x", purpose="x", consent_wording="x", is_open=True)
    Question(survey=made, label="Why?", field_type="radio", choices="A\nB").save()
    return made


@pytest.fixture
def answered(survey, persona):
    """answered("A", "B") -> so many people of the persona answered that."""

    def make(*choices):
        for choice in choices:
            form = form_for(survey, {name_of(survey.questions.get()): choice})
            assert form.is_valid()
            key = f"reader-{AnswerSet.objects.count()}"
            answering.answer(survey, form.cleaned_data, answering.Answerer(reader_key=key, persona_id=persona.pk))

    return make


@pytest.fixture
def poll(db):
    poll = Poll.objects.create(question="What holds you up?")
    PollOption.objects.create(poll=poll, text="Time", sort_order=0)
    return poll


def test_empty_page_says_what_would_stand_there(client, editor, persona, stages):
    client.force_login(editor)
    page = client.get(reverse("personas:page", args=[persona.pk])).content.decode()
    for words in ("Nobody has described them", "Nobody of them has answered", "No interview so far", "Nothing to read"):
        assert words in page


def test_page_shows_what_they_answered_from_five_on(client, editor, persona, answered, poll, make_piece, stages):
    piece = make_piece("For it", personas=[persona], primary_stage=stages[1])
    for n in range(5):
        polls.answer(poll, poll.options.get(), piece, f"r{n}", visitor=None, link_token="", request_facts={})
    answered("A", "A", "A", "B")
    [told] = personas.surveys(persona)
    assert (told.people, told.questions[0].lines) == (4, None)
    answered("B")
    assert personas.surveys(persona)[0].questions[0].lines == [("A", 60), ("B", 40)]
    [said] = personas.polls(persona)
    assert (said.question, said.people, said.lines) == ("What holds you up?", 5, [("Time", 100)])
    supply = {stage.name: (named, shared) for stage, named, shared in personas.supply(persona)}
    assert (supply["one"], supply["two"]) == ((0, 0), (1, 0))
    client.force_login(editor)
    page = client.get(reverse("personas:page", args=[persona.pk])).content.decode()
    assert "60 %" in page
    assert "For it" in page
    assert reverse("surveys:results", args=[told.survey_id]) not in page  # editors do not read the answers


def test_poll_s_persona_is_the_reader_s_else_the_piece_s_only_one(poll, make_piece, request):
    several = request.getfixturevalue("personas")
    for n, (piece, known, expected) in enumerate(
        (
            (make_piece("One", personas=several[:1]), None, several[0].pk),
            (make_piece("Two", personas=several), None, None),
            (make_piece("All", personas=several[:1], for_all_personas=True), None, None),
            (make_piece("Known", personas=several[:1]), several[1].pk, several[1].pk),
        )
    ):
        facts = {"visitor": None, "link_token": "", "request_facts": {}}
        polls.answer(poll, poll.options.get(), piece, f"r{n}", persona_id=known, **facts)
        assert poll.answers.get(reader_key=f"r{n}").persona_id == expected


def test_interview_is_written_down_put_right_and_deleted(client, editor, persona):
    client.force_login(editor)
    address = reverse("personas:add_note", args=[persona.pk])
    said = {
        "who": "Head of logistics",
        "held_on": "2026-03-02",
        "notes": "<b>Nights</b> are worst.",
        "leave": "unnamed",
    }
    assert "This field is required." in client.post(address, said | {"notes": ""}).content.decode()
    client.post(address, said | {"held_by": editor.pk})
    note = PersonaNote.objects.get()
    page = client.get(reverse("personas:page", args=[persona.pk])).content.decode()
    assert "&lt;b&gt;Nights&lt;/b&gt; are worst." in page
    assert "May be quoted without a name" in page
    client.post(reverse("personas:edit_note", args=[persona.pk, note.pk]), said | {"who": "A planner", "held_by": ""})
    note.refresh_from_db()
    assert (note.who, note.held_by) == ("A planner", None)
    client.post(reverse("personas:delete_note", args=[persona.pk, note.pk]))
    assert PersonaNote.objects.count() == 0
    actions = list(ModelLogEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["persona_note.added", "persona_note.edited", "persona_note.deleted"]


@pytest.mark.parametrize(
    ("who", "reads", "writes"), [("owner", True, False), ("analyst", True, False), ("stranger", False, False)]
)
def test_everybody_of_the_team_reads_and_writers_write(client, make_user, request, persona, who, reads, writes):
    user = make_user("analyst", policy.ANALYST) if who == "analyst" else request.getfixturevalue(who)
    note = PersonaNote.objects.create(persona=persona, who="x", held_on=clock.now().date(), notes="x")
    client.force_login(user)
    assert (client.get(reverse("personas:page", args=[persona.pk])).status_code == 200) is reads
    for name, more in (("add_note", []), ("edit_note", [note.pk]), ("delete_note", [note.pk])):
        assert client.post(reverse(f"personas:{name}", args=[persona.pk, *more])).status_code in (302, 403)
    assert PersonaNote.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_with_one_and_with_three_of_each(
    rows, client, editor, persona, answered, make_piece, stages, django_assert_num_queries, monkeypatch
):
    found = []
    for n in range(rows):
        found.append(make_piece(f"P{n}", personas=[persona], primary_stage=stages[n]))
        PersonaNote.objects.create(persona=persona, who="x", held_on=clock.now().date(), notes="x", held_by=editor)
        answered("A")
    monkeypatch.setattr(ports.persona_reading, "_answer", lambda pk: [(piece.pk, 1) for piece in found])
    client.force_login(editor)
    address = reverse("personas:page", args=[persona.pk])
    client.get(address)
    with django_assert_num_queries(24):
        assert client.get(address).status_code == 200
