"""Whose answers they were is forgotten in time, or when the person asks; what was chosen stays as a count."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from cms import clock
from cms.feedback import readers
from cms.surveys.models import Answer, AnswerSet, Question

A_TURN = 200
NETWORKS = timedelta(days=1)
WHOSE = timedelta(days=730)
TEXT_KINDS = (Question.Kind.LINE, Question.Kind.TEXT)


def forget() -> int:
    """One bounded turn: networks after a day, whose it was after two years. How many rows were blanked."""
    now = clock.now()
    old = AnswerSet.objects.filter(answered_at__lt=now - NETWORKS).exclude(network_key="").order_by("pk")
    blanked = AnswerSet.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:A_TURN])).update(network_key="")
    owned = AnswerSet.objects.filter(answered_at__lt=now - WHOSE, subject__isnull=False).order_by("pk")
    return blanked + _disown(list(owned[:A_TURN]))


def erase(subject: UUID, visitors: Iterable[UUID]) -> int:
    """Forget a person in all they answered, by mail or in these browsers: their own words go, what they chose stays
    as nobody's. In the caller's transaction; how many sets of answers.
    """
    theirs = list(AnswerSet.objects.filter(_of(subject, visitors)))
    Answer.objects.filter(answer_set__in=theirs, question__field_type__in=TEXT_KINDS).delete()
    return _disown(theirs)


def given(subject: UUID, visitors: Iterable[UUID]) -> list[dict]:
    """All that a person answered, for them to have, oldest first."""
    rows = Answer.objects.filter(answer_set__in=AnswerSet.objects.filter(_of(subject, visitors)).values("pk"))
    names = ("answer_set__survey__title", "answer_set__answered_at", "question__label", "text")
    return list(rows.order_by("answer_set", "pk").values(*names))


def _of(subject: UUID, visitors: Iterable[UUID]) -> Q:
    return Q(subject=subject) | Q(reader_key__in=readers.keys_of(subject, visitors))


def _disown(sets: list[AnswerSet]) -> int:
    for one in sets:
        one.subject, one.reader_key, one.network_key = None, f"gone-{uuid.uuid4().hex}", ""
    AnswerSet.objects.bulk_update(sets, ["subject", "reader_key", "network_key"])
    return len(sets)
