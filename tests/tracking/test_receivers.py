"""A rating on the site is an event in the same transaction, or neither is."""

from uuid import UUID, uuid4

import pytest
from django.db import transaction

from cms import clock
from cms.models import AssetPage, HomePage
from cms.signals import asset_rated, comment_posted, poll_answered, survey_answered
from tracking import accounts, tokens
from tracking.models import Event, Pending, Visitor

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
FACTS = {"ua": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "method": "POST"}


@pytest.fixture
def rate(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    piece = HomePage.objects.first().add_child(instance=AssetPage(title="A", slug="a-piece"))

    def send(**changes):
        values = {"asset_id": piece.pk, "value": 1, "visitor": None, "link_token": "", "request_facts": FACTS}
        asset_rated.send(None, **(values | {"rated_at": clock.now()} | changes))
        return Event.objects.last()

    return send


def test_rating_is_an_event_with_work_for_the_consumers(rate):
    key, ref = uuid4(), UUID(int=5)
    event = rate(value=-1, visitor=key, link_token=tokens.sign("link", {"d": "https://x/", "r": ref.hex}))
    assert (event.kind, event.source, event.verdict, event.properties) == (
        "asset_rated",
        "site",
        "human",
        {"value": -1},
    )
    assert (event.link_ref, event.visitor_id) == (ref, Visitor.objects.get(key=key).pk)
    assert Pending.objects.get().event_uuid == event.uuid
    assert accounts.balance().holds


def test_rating_by_a_robot_is_judged_one(rate):
    assert rate(request_facts={"ua": "curl/8"}).verdict == "robot"


def test_rating_with_a_foreign_token_counts_without_it(rate):
    assert rate(link_token="nonsense").link_ref is None


def test_rating_that_is_rolled_back_leaves_no_event(rate):
    with transaction.atomic():
        rate()
        transaction.set_rollback(True)
    assert (Event.objects.count(), Pending.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("signal", "kind", "said", "kept"),
    [
        (comment_posted, "comment_posted", {"comment_id": 7, "posted_at": None}, {"comment": 7}),
        (
            poll_answered,
            "poll_answered",
            {"poll_id": 3, "question": "Why?", "option": "So.", "answered_at": None},
            {"poll": 3, "question": "Why?", "option": "So."},
        ),
    ],
    ids=["comment", "poll"],
)
def test_comment_and_poll_answer_are_one_event_each(settings, tmp_path, signal, kind, said, kept):
    settings.VAR_DIR = tmp_path
    piece = HomePage.objects.first().add_child(instance=AssetPage(title="A", slug="a-piece"))
    signal.send(None, asset_id=piece.pk, visitor=uuid4(), request_facts=FACTS, **said)
    event = Event.objects.get()
    assert (event.kind, event.asset_id, event.properties, event.verdict) == (kind, piece.pk, kept, "human")
    assert Pending.objects.get().event_uuid == event.uuid
    assert accounts.balance().holds


def test_answered_survey_is_an_event_with_what_it_tells_and_without_words(rate):
    ref, at = UUID(int=9), clock.now()
    facts = {"request_facts": FACTS, "answered_at": at, "mail_ref": ref}
    survey_answered.send(None, survey_id=4, title="Who", answered=3, persona_id=None, topic_ids=[7], **facts)
    event = Event.objects.get()
    assert (event.kind, event.link_ref, event.occurred_at, event.verdict) == ("survey_answered", ref, at, "human")
    assert event.properties == {"survey": 4, "title": "Who", "answered": 3, "topics": [7]}


def test_rating_by_a_mail_says_its_stars_and_whose_mail_it_was(rate):
    event = rate(stars=4, mail_ref=UUID(int=9))
    assert (event.properties, event.link_ref) == ({"value": 1, "stars": 4}, UUID(int=9))
