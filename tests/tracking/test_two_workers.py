"""Two workers take drafts of one visitor at once: neither forgets what the other has just seen."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from tests.conftest import ON_SQLITE
from tests.racing import Racer
from tests.tracking.test_pipeline import AT, draft
from tracking import pipeline
from tracking.models import Session, Visitor

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(ON_SQLITE, reason="SQLite has one writer at a time"),
]
KEY = UUID(int=7)


def test_visitor_and_visit_span_what_both_saw():
    Visitor.objects.create(key=KEY, first_seen_at=AT, last_seen_at=AT)
    with transaction.atomic():
        record(20)
        other = Racer(lambda: atomically(10))
        other.runs_into()
    other.finish()
    seen = Visitor.objects.get()
    assert (seen.first_seen_at, seen.last_seen_at) == (AT, AT + timedelta(minutes=20))
    assert list(Session.objects.values_list("started_at", "last_at")) == [
        (AT + timedelta(minutes=10), AT + timedelta(minutes=20))
    ]


def record(minutes):
    one = draft(occurred_at=AT + timedelta(minutes=minutes), payload={"url": "/nowhere/", "visitor": str(KEY)})
    pipeline.record([one], taken=0)


def atomically(minutes):
    with transaction.atomic():
        record(minutes)
