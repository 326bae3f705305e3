"""What a survey tells of a contact: facts with the survey as their source, never over what is known already."""

import uuid

import pytest

from cms import clock
from cms.models import Persona, Question, Survey, Topic
from nurture.contacts import answers, facts, timeline
from nurture.contacts.models import Engagement, FieldChange

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def survey(db):
    return Survey.objects.create(title="Who reads us", slug="who", intro="x", purpose="x", consent_wording="x")


@pytest.fixture
def told(survey):
    """told(contact, persona=…, topics=[…]) -> the engagement of an answered survey."""

    def make(contact, human=True, **properties):
        properties = {"survey": survey.pk, "title": survey.title} | properties
        values = {"event_uuid": uuid.uuid4(), "kind": "survey_answered", "occurred_at": clock.now(), "human": human}
        return Engagement.objects.create(contact=contact, properties=properties, **values)

    return make


def test_persona_and_interests_become_facts_and_stand_on_the_timeline(contact, told, survey):
    persona = Persona.objects.create(slug="it", name="IT lead")
    cost, audit = (Topic.objects.create(slug=name, name=name.title()) for name in ("cost", "audit"))
    one = told(contact, persona=persona.pk, topics=[cost.pk, audit.pk])
    assert answers.take([one]) == 3
    assert answers.take([one]) == 0
    contact.refresh_from_db()
    assert contact.persona == persona
    changes = FieldChange.objects.filter(subject=contact.subject).order_by("pk")
    assert {change.source for change in changes} == {f"survey:{survey.pk}"}
    assert [change.new for change in changes if change.field == facts.INTEREST] == [str(cost.pk), str(audit.pk)]
    entries = {entry.text: entry.note for entry in timeline.read(contact).entries}
    assert entries["Interested in ‘Cost’"] == "Told in the survey ‘Who reads us’"
    assert "Persona: ‘IT lead’" in entries
    assert "Answered the survey ‘Who reads us’" in entries


def test_known_persona_stays_and_a_robot_tells_nothing(contact, make_contact, told):
    known, other = (Persona.objects.create(slug=name, name=name) for name in ("it", "finance"))
    contact.persona = known
    contact.save()
    robots = make_contact("robot")
    assert answers.take([told(contact, persona=other.pk), told(robots, human=False, persona=other.pk)]) == 0
    contact.refresh_from_db()
    assert contact.persona == known


def test_what_a_robot_told_is_taken_back_and_what_a_person_said_since_stays(contact, make_contact, told):
    one_persona, other = (Persona.objects.create(slug=name, name=name) for name in ("it", "finance"))
    topic = Topic.objects.create(slug="cost", name="Cost")
    later = make_contact("bea")
    rows = [told(contact, persona=one_persona.pk, topics=[topic.pk]), told(later, persona=one_persona.pk)]
    assert answers.take(rows) == 3
    later.refresh_from_db()
    facts.change(later, {"persona": other}, "admin:1")
    assert answers.take_back(rows) == 2
    for one, persona in ((contact, None), (later, other)):
        one.refresh_from_db()
        assert one.persona == persona
    assert not FieldChange.objects.filter(field=facts.INTEREST).exists()
    assert answers.take_back(rows) == 0
    assert answers.take(rows) == 2


@pytest.mark.parametrize(
    "told_so",
    [
        {"persona": [1], "topics": 7},
        {"persona": {"id": 1}, "topics": {"1": 2}},
        {"persona": True, "topics": "12"},
        {"persona": 10**30, "topics": [10**30, None, [1], "x", 999_999, -1]},
        {"persona": "1", "topics": [999_999], "survey": "x" * 200},
    ],
)
def test_what_a_server_sends_in_any_shape_stops_nothing(contact, told, told_so):
    Persona.objects.create(slug="it", name="IT lead")
    topic = Topic.objects.create(slug="cost", name="Cost")
    odd, good = told(contact, **told_so), told(contact, topics=[topic.pk])
    assert answers.take([odd, good]) == 1
    assert answers.take_back([odd, good]) == 1
    contact.refresh_from_db()
    assert contact.persona is None


def test_nothing_told_costs_no_query(contact, told, django_assert_num_queries):
    rows = [told(contact)]
    with django_assert_num_queries(0):
        assert answers.take(rows) == 0


def test_answered_survey_erased_with_its_person(contact, survey, admin):
    from cms.feedback import readers  # noqa: PLC0415
    from cms.surveys import answering  # noqa: PLC0415
    from cms.surveys.asking import form_for, name_of  # noqa: PLC0415
    from nurture import erasing  # noqa: PLC0415

    question = Question(survey=survey, label="Who are you?", field_type="singleline")
    question.save()
    form = form_for(survey, {name_of(question): "I am Ines Ferro"})
    assert form.is_valid()
    key = readers.key_of_subject(contact.subject)
    answering.answer(survey, form.cleaned_data, answering.Answerer(reader_key=key, subject=contact.subject, round=1))
    assert erasing.export(contact)["surveys"][0]["text"] == "I am Ines Ferro"
    erasing.erase(contact, admin)
    found = survey.answer_sets.get()
    assert (found.subject, found.answers.count()) == (None, 0)
    assert found.reader_key.startswith("gone-")
