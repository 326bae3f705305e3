"""Answering a survey: which are open, the signed form, one set of answers a reader and round, the event of it."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cms import clock
from cms.feedback import limits
from cms.feedback.ratings import TOKEN_AGE, BadToken
from cms.signals import survey_answered
from cms.surveys.asking import name_of
from cms.surveys.models import Answer, AnswerSet, Meaning, Question, Survey

A_NETWORK_AN_HOUR, ALL_A_MINUTE = 30, 120
_SALT = "cms.surveys.answer"


@dataclass(frozen=True)
class Answerer:
    """Who answers, as far as we may know: how they are told apart, and what goes to the ledger with the answers."""

    reader_key: str
    round: int = 0
    subject: UUID | None = None
    stage_id: int | None = None
    persona_id: int | None = None
    asset_id: int | None = None
    network_key: str = ""
    visitor: UUID | None = None
    link_token: str = ""
    mail_ref: UUID | None = None
    request_facts: dict = field(default_factory=dict)


class AnsweredError(Exception):
    """This reader has answered this round already."""


def sign(survey_id: int, asset_id: int = 0) -> str:
    """The token that lets a form answer this survey, come to from this piece, for 30 days."""
    return signing.dumps([survey_id, asset_id], salt=_SALT)


def read_token(token: str) -> tuple[int, int]:
    """(id of the survey, id of the piece or 0). Raises BadToken."""
    try:
        survey_id, asset_id = signing.loads(token, salt=_SALT, max_age=TOKEN_AGE)
    except signing.SignatureExpired as error:
        raise BadToken("expired") from error
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadToken("not ours") from error
    return survey_id, asset_id


def open_ones() -> QuerySet[Survey]:
    """The surveys that take answers today."""
    today = timezone.localdate(clock.now())
    begun = Q(opens_on=None) | Q(opens_on__lte=today)
    return Survey.objects.filter(begun, Q(closes_on=None) | Q(closes_on__gte=today), is_open=True)


def for_piece(piece, topic_ids) -> Survey | None:
    """The newest open survey that is offered under pieces like this one, or None. One query."""
    fits = Q(stage=None) | Q(stage=piece.primary_stage_id)
    about = Q(topic=None) | Q(topic__in=list(topic_ids))
    return open_ones().filter(fits, about, is_offered=True).order_by("-pk").first()


def wording(survey: Survey) -> str:
    """ "en-3f2a9c…": language and fingerprint of the words under which answers are given now."""
    words = f"{survey.purpose}\0{survey.consent_wording}"
    return f"{get_language() or 'en'}-{hashlib.sha256(words.encode()).hexdigest()[:12]}"


def has_answered(survey: Survey, reader_key: str, round: int = 0) -> bool:
    """Has this reader answered in this round?"""
    return AnswerSet.objects.filter(survey=survey, round=round, reader_key=reader_key).exists()


def answer(survey: Survey, said: dict, who: Answerer) -> AnswerSet:
    """Store one reader's answers; the ledger hears of them in the same transaction.

    `said` is the cleaned data of `asking.form_for(survey)`. Where an answer tells a persona, that is what they are
    counted as. Raises AnsweredError, limits.TooManyError.
    """
    with transaction.atomic():
        _limit(who.network_key)
        questions = list(survey.questions.all())
        persona_id, topic_ids = _told(questions, said)
        found, is_new = AnswerSet.objects.get_or_create(
            survey=survey,
            round=who.round,
            reader_key=who.reader_key,
            defaults={
                "subject": who.subject,
                "stage_id": who.stage_id,
                "persona_id": persona_id or who.persona_id,
                "asset_id": who.asset_id,
                "wording": wording(survey),
                "network_key": who.network_key,
                "answered_at": clock.now(),
            },
        )
        if not is_new:
            raise AnsweredError
        rows = [row for question in questions for row in _rows(found, question, said.get(name_of(question)))]
        Answer.objects.bulk_create(rows)
        _tell(found, survey, who, len({row.question_id for row in rows}), persona_id, topic_ids)
    return found


def _tell(found: AnswerSet, survey: Survey, who: Answerer, number: int, persona_id, topic_ids) -> None:
    survey_answered.send(
        sender=AnswerSet,
        survey_id=survey.pk,
        title=survey.title,
        answered=number,
        persona_id=persona_id,
        topic_ids=topic_ids,
        asset_id=who.asset_id,
        visitor=who.visitor,
        link_token=who.link_token,
        mail_ref=who.mail_ref,
        request_facts=who.request_facts,
        answered_at=found.answered_at,
    )


def _limit(network_key: str) -> None:
    rows = AnswerSet.objects.all()
    if limits.is_over(rows, "answered_at", ALL_A_MINUTE, 60):
        raise limits.TooManyError(_("More answers come in than we can take just now. Try again in a few minutes."))
    if network_key and limits.is_over(
        rows.filter(network_key=network_key), "answered_at", A_NETWORK_AN_HOUR, int(timedelta(hours=1).total_seconds())
    ):
        raise limits.TooManyError(_("More answers came from your network within an hour than we count."))


def _told(questions: list[Question], said: dict) -> tuple[int | None, list[int]]:
    """(persona, topics) that the chosen answers tell. One query where a question tells anything, else none."""
    told = {
        (question.pk, choice, question.tells)
        for question in questions
        if question.tells
        for choice in _choices(said.get(name_of(question)))
    }
    if not told:
        return None, []
    meanings = Meaning.objects.filter(question__in={pk for pk, _choice, _tells in told}).order_by(
        "question__sort_order", "pk"
    )
    found = [meaning for meaning in meanings if (meaning.question_id, meaning.choice, meaning.tells) in told]
    persona = next((meaning.persona_id for meaning in found if meaning.persona_id), None)
    return persona, sorted({meaning.topic_id for meaning in found if meaning.topic_id})


def _choices(value) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def _rows(found: AnswerSet, question: Question, value) -> list[Answer]:
    if value in (None, "", []):
        return []
    if question.field_type in (Question.Kind.SCALE, Question.Kind.NUMBER):
        return [Answer(answer_set=found, question=question, text=str(value), number=float(value))]
    return [Answer(answer_set=found, question=question, text=text.strip()) for text in _choices(value)]
