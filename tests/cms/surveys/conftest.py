"""A survey with a question of each kind."""

import pytest

from cms.models import Meaning, Question, Survey
from cms.surveys.asking import name_of

KINDS = (
    ("What do you do?", "radio", "I plan\nI pay, mostly", "persona"),
    ("What would help?", "checkboxes", "Cost\nAudit\nPeople", "topic"),
    ("How well does it work?", "scale", "Badly\nWell", ""),
    ("How many trailers?", "number", "", ""),
    ("What did we not ask?", "multiline", "", ""),
)


@pytest.fixture
def make_survey(db):
    """make_survey("Title", **fields) -> an open survey with a question of each kind, none of which must be answered."""

    def make(title="Who reads us", **fields):
        values = {"slug": "who", "intro": "Two minutes.", "purpose": "To write what helps.", "is_open": True}
        survey = Survey.objects.create(title=title, **(values | {"consent_wording": "I agree."} | fields))
        for number, (label, kind, choices, tells) in enumerate(KINDS):
            Question(
                survey=survey, sort_order=number, label=label, field_type=kind, choices=choices, tells=tells
            ).save()
        return survey

    return make


@pytest.fixture
def survey(make_survey):
    return make_survey()


@pytest.fixture
def meant(survey, personas, topics):
    """What answers tell: who pays is of finance, who ticks a topic is interested in it."""
    role, help_ = survey.questions.all()[:2]
    Meaning.objects.create(question=role, choice="I pay, mostly", persona=personas[1])
    for choice, topic in zip(("Cost", "Audit"), topics, strict=False):
        Meaning.objects.create(question=help_, choice=choice, topic=topic)
    return survey


@pytest.fixture
def said():
    """said(survey, role="I plan", …) -> the form's fields by the order of the questions."""

    def make(survey, *values):
        return {name_of(question): value for question, value in zip(survey.questions.all(), values, strict=False)}

    return make
