"""What a reader does with a piece besides reading it: each is one event, on the timeline and on the scorecard."""

import re
from collections import Counter
from html import unescape
from uuid import uuid4

import pytest
from django.urls import reverse

from cms import clock, scorecards
from cms.feedback import comments, polls, ratings
from cms.models import Poll, PollOption, Scorecard
from nurture import pipeline as decisions
from nurture.contacts import timeline
from nurture.contacts.models import Contact
from tests.cms.gates.conftest import VISITOR
from tracking import inbox, pipeline
from tracking.models import Draft, Event

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
DEEDS = ("asset_rated", "comment_posted", "poll_answered", "asset_downloaded", "asset_shared")


@pytest.fixture(autouse=True)
def _consented(settings, tmp_path):
    settings.TRACKING_CONSENT, settings.VAR_DIR = {"*": "consented"}, tmp_path


@pytest.fixture
def do(reader, piece, later, mailoutbox):
    """do() -> one reader fills the form, takes the file, rates, comments, answers the poll and passes the piece on."""
    client, poll = reader.client, Poll.objects.create(question="What holds you up?")
    option = PollOption.objects.create(poll=poll, text="Time")

    def everything():
        path = unescape(re.search(r'class="gate-file" href="([^"]+)"', opened(reader.fill(visitor=VISITOR)))[1])
        for headers in ({}, {}, {"Range": "bytes=5-"}):
            assert client.get(path, headers=headers).status_code in (200, 206)
        who = {"visitor": str(VISITOR)}
        client.post(reverse("rate"), {"token": ratings.sign(piece.pk), "value": "1"} | who)
        said = {"token": comments.sign(piece.pk), "name": "Ines", "email": "ines@brack.example", "text": "So it was."}
        later(seconds=10)
        client.post(reverse("comment"), said | who)
        link = re.search(r"/comments/[0-9a-f-]{36}/", mailoutbox[-1].body)[0]
        for _ in range(2):
            client.post(link)
        client.post(reverse("answer_poll"), {"token": polls.sign(piece.pk, poll.pk), "option": option.pk} | who)
        pass_on(piece)
        settle()

    def opened(answer):
        return client.get(answer["Location"]).content.decode()

    return everything


def pass_on(piece):
    """As the page's script tells it (tests/browser/test_pixel.py)."""
    told = {"url": piece.get_full_url(), "visitor": str(VISITOR), "properties": {"way": "mail"}}
    at = clock.now()
    facts = {"ua": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "method": "POST"}
    inbox.submit(
        [
            Draft(
                uuid=uuid4(),
                kind="asset_shared",
                source="script",
                occurred_at=at,
                received_at=at,
                payload=told,
                facts=facts,
            )
        ]
    )
    pipeline.run_batch()


def settle():
    while decisions.react():
        pass
    while scorecards.refresh(hurry=True):
        pass


def test_each_is_one_event_on_the_timeline_and_on_the_scorecard(client, do, piece, marketer):
    do()
    events = Event.objects.filter(asset=piece, kind__in=DEEDS, verdict="human")
    assert Counter(events.values_list("kind", flat=True)) == dict.fromkeys(DEEDS, 1)

    client.force_login(marketer)
    contact = Contact.objects.get(email="ines@brack.example")
    shown = client.get(reverse("nurture:contact", args=[contact.pk])).content.decode()
    lines = [entry.text for entry in timeline.read(contact).entries]
    for words in ("Rated", "Commented on", "answered ‘Time’", "Downloaded", "Shared"):
        assert sum(words in str(line) for line in lines) == 1, (words, lines)
        assert words in shown

    card = Scorecard.objects.get(asset=piece, days=30)
    assert {name: getattr(card, name) for name in scorecards.COUNTED_DEEDS} == dict.fromkeys(
        scorecards.COUNTED_DEEDS, 1
    )
    html = client.get(reverse("scorecard-piece", args=[piece.pk])).content.decode()
    for words in ("Downloads", "Ratings", "Comments", "Poll answers", "Passed on"):
        assert re.search(rf'<th scope="row">{words}</th><td>1</td><td>1</td><td>1</td>', html), words


def test_a_robots_and_a_colleagues_are_not_on_the_scorecard(do, piece):
    do()
    Event.objects.filter(asset=piece, kind="asset_rated").update(verdict="robot")
    Contact.objects.update(internal=True)
    decisions.scorecard.mark_stale([piece.pk])
    settle()
    card = Scorecard.objects.get(asset=piece, days=30)
    assert {getattr(card, name) for name in scorecards.COUNTED_DEEDS} == {0}
