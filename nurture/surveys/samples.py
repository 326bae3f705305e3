"""The demonstration's answers to its survey: by the contacts in their own browsers, and by strangers."""

import random
from collections.abc import Iterable
from uuid import UUID

from cms import demo_surveys
from cms.feedback import readers
from cms.models import AnswerSet, BuyingStage, Survey
from cms.surveys import answering
from cms.surveys.answering import Answerer
from cms.surveys.asking import form_for, name_of
from nurture.contacts.models import Contact

FACTS = {"method": "POST", "scope": "history"}


def answer(visitors: Iterable[tuple[UUID, Contact | None]], agent: str) -> int:
    """Let these browsers answer the demonstration's survey, once; how many did."""
    told = demo_surveys.told()
    survey = Survey.objects.filter(slug=told["slug"]).first()
    if survey is None or AnswerSet.objects.filter(survey=survey).exists():
        return 0
    chance = random.Random(7)  # noqa: S311 -- the same believable answers on every machine
    stages = list(BuyingStage.objects.all()[:4])
    number = 0
    for key, contact in visitors:
        form = form_for(survey, _said(survey, contact, told, chance))
        if form.is_valid():
            who = Answerer(
                reader_key=readers.key_of_visitor(key),
                stage_id=contact.stage_id if contact else chance.choice(stages).pk,
                persona_id=contact.persona_id if contact else None,
                visitor=key,
                request_facts=FACTS | {"ua": agent},
            )
            answering.answer(survey, form.cleaned_data, who)
            number += 1
    return number


def _said(survey: Survey, contact: Contact | None, told: dict, chance: random.Random) -> dict:
    """One believable set of answers: people say what their persona would."""
    questions = {question.label: question for question in survey.questions.all()}
    said = {}
    for row in told["questions"]:
        question, name = questions[row["label"]], name_of(questions[row["label"]])
        if row.get("tells") == "persona":
            mine = row["means"].index(contact.persona.slug) if contact and contact.persona else chance.randint(0, 4)
            said[name] = question.lines[mine]
        elif question.field_type == "checkboxes":
            said[name] = chance.sample(question.lines, k=chance.randint(1, 2))
        elif question.field_type == "scale":
            said[name] = str(chance.choice([1, 2, 2, 3, 3, 4]))
        elif question.field_type == "number":
            said[name] = str(chance.randint(2, 60)) if chance.random() < 0.8 else ""
        elif question.is_text:
            said[name] = chance.choice(told["answers"]["words"]) if chance.random() < 0.4 else ""
        else:
            said[name] = chance.choice(question.lines)
    return said
