"""The readers' interests: rhythm, evidence, suggestions, the screen, and the warnings elsewhere."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group

from cms import clock, policy
from cms.feedback.models import Poll, PollAnswer, PollOption, Rating, SalesFeedback
from cms.models import Topic
from editorial import interests, rhythm
from editorial.calendar.span import Span
from editorial.models import Interest
from tests.ledger import store
from tracking.models import AssetDay, Event

SCREEN, CALENDAR, COVERAGE = "/admin/newsroom/interests/", "/admin/newsroom/calendar/", "/admin/newsroom/coverage/"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
AUTUMN = Span(date(2026, 9, 1), TODAY)
SIX_WEEKS = timedelta(weeks=6)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def interest(topic, marketer):
    return Interest.objects.create(topic=topic, every_weeks=6, owner=marketer, note="They ask at every fair")


@pytest.fixture
def searched(db):
    """searched("warm loads", results=0): one reader's search."""

    def search(words, results, verdict="human", **fields):
        said = {"words": words, "results": results}
        store(Event(uuid=uuid4(), kind="site_searched", occurred_at=NOW, received_at=NOW, source="pixel",
                    verdict=verdict, properties=said, **fields))  # fmt: skip

    return search


@pytest.mark.parametrize(
    ("last", "coming", "expected"),
    [
        (date(2026, 11, 20), None, rhythm.ON_TIME),
        (date(2026, 10, 26), None, rhythm.DUE),  # due on 7 December, in two weeks
        (date(2026, 10, 27), None, rhythm.ON_TIME),
        (date(2026, 10, 26), date(2026, 12, 7), rhythm.ON_TIME),
        (date(2026, 10, 26), date(2026, 12, 8), rhythm.DUE),
        (date(2026, 10, 12), None, rhythm.DUE),  # due today
        (date(2026, 10, 11), None, rhythm.NEGLECTED),
        (date(2026, 10, 11), date(2027, 1, 4), rhythm.DUE),
        (date(2026, 10, 11), date(2027, 1, 5), rhythm.NEGLECTED),
        (None, None, rhythm.NEGLECTED),
        (None, date(2026, 12, 1), rhythm.DUE),
    ],
)
def test_a_topic_is_on_time_due_or_neglected(last, coming, expected):
    assert rhythm.state(last, coming, SIX_WEEKS, TODAY) is expected


def test_a_short_rhythm_warns_within_half_of_it():
    week = timedelta(weeks=1)
    assert rhythm.state(date(2026, 11, 19), None, week, TODAY) is rhythm.DUE
    assert rhythm.state(date(2026, 11, 21), None, week, TODAY) is rhythm.ON_TIME


def test_a_beat_names_the_newest_live_piece_and_the_next_plan(interest, topic, make_piece, make_entry):
    for title, on, fields in (
        ("Older", (2026, 9, 1), {}), ("Newest", (2026, 9, 14), {}), ("Note", (2026, 11, 1), {"audience": "sales_only"}),
    ):  # fmt: skip
        piece = make_piece(title, on=on, **fields)
        piece.topics.add(topic)
        piece.save()
    undated = make_piece("Undated")
    undated.topics.add(topic)
    undated.save()
    type(undated).objects.filter(pk=undated.pk).update(live=True, first_published_at=None)
    make_entry("Over", topics=[topic], due_on=date(2026, 11, 1))
    make_entry("Dropped", topics=[topic], due_on=date(2026, 11, 24), step="dropped")
    make_entry("Later", topics=[topic], due_on=date(2026, 12, 9))
    make_entry("Next", topics=[topic], due_on=date(2026, 12, 1))
    (beat,) = rhythm.beats(TODAY)
    assert (beat.last_title, beat.coming_title, beat.state) == ("Newest", "Next", rhythm.DUE)
    assert beat.words == "last 10 weeks ago, next planned for 1 December 2026"
    assert rhythm.neglected(TODAY) == []


def test_what_waits_for_its_time_counts_as_planned(interest, topic, make_entry):
    make_entry("Waits", topics=[topic], due_on=date(2026, 11, 1), step="scheduled")
    assert rhythm.beats(TODAY)[0].coming == TODAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("temperature excursion", {1}), ("EXCURSIONS?", {1}), ("claims", {2}), ("cost of a claim", {2}),
        ("and", set()), ("recursion", set()), ("", set()), ("excursion claims", {1, 2}),
    ],
)  # fmt: skip
def test_a_text_names_a_topic_by_a_telling_word(text, expected):
    assert interests.named_in(text, {1: "Excursions", 2: "Claims and cost"}) == expected


def test_what_nobody_recorded_is_not_known_and_what_was_is_a_number(interest, topic):
    evidence = interests.heard(AUTUMN).by_topic[topic.pk]
    assert {getattr(evidence, kind) for kind in interests.KINDS} == {None}


def test_evidence_comes_from_reads_ratings_polls_searches_and_sales(
    interest, topic, make_piece, marketer, owner, searched
):
    other = Topic.objects.create(slug="t-claims", name="Claims and cost")
    piece = make_piece()
    piece.topics.add(topic)
    piece.save()
    AssetDay.objects.create(asset_id=piece.pk, day=TODAY, people=9, readers=7, reads=5, views=9, changed_at=NOW)
    AssetDay.objects.create(asset_id=piece.pk, day=date(2026, 8, 31), people=9, readers=90, reads=50, changed_at=NOW)
    Rating.objects.create(asset=piece, reader_key="a", value=1, rated_at=NOW)
    Rating.objects.create(asset=piece, reader_key="b", value=-1, rated_at=NOW)
    poll = Poll.objects.create(question="What next?", topic=topic)
    for key, text in (("a", "How claims are paid"), ("b", "Something else")):
        option = PollOption.objects.create(poll=poll, text=text)
        PollAnswer.objects.create(poll=poll, option=option, asset=piece, reader_key=key, answered_at=NOW)
    for words, results in (("excursion", 4), ("claims", 0), ("claims", 0), ("dry ice", 0)):
        searched(words, results)
    searched("excursion", 0, verdict="robot")
    for user, tags in ((marketer, ["asked_by_customer"]), (owner, ["accurate"])):
        SalesFeedback.objects.create(asset=piece, user=user, value=1, tags=tags, said_at=NOW)
    found = interests.heard(AUTUMN)
    mine, theirs = found.by_topic[topic.pk], found.by_topic[other.pk]
    assert [getattr(mine, kind) for kind in interests.KINDS] == [7, 5, 1, 1, 1, 1, 0, 1]
    assert [getattr(theirs, kind) for kind in interests.KINDS] == [0, 0, 0, 0, 1, 2, 2, 0]
    assert [(one.words, one.empty) for one in found.unnamed] == [("dry ice", 1)]
    (suggested,) = interests.suggest(found, [topic.pk])
    assert (suggested.topic, suggested.reasons) == (other, ["2 searches found nothing"])
    assert [one.topic for one in interests.suggest(found, [])] == [topic, other]


def test_the_screen_says_state_evidence_and_what_to_do(client, editor, interest, topic, make_piece, searched):
    Topic.objects.create(slug="t-claims", name="Claims and cost")
    searched("claims", 0)
    searched("dry ice", 0)
    client.force_login(editor)
    page = client.get(SCREEN).content.decode()
    for words in ("Neglected", "Never published", "None planned", "Not known yet", "1 search found nothing", "dry ice"):
        assert words in page, words
    assert f"/admin/newsroom/entries/add/?topic={topic.pk}&amp;due_on=2026-11-23" in page
    assert client.get(SCREEN, {"days": "7000"}).context["days"] == "90"


def test_an_empty_list_says_what_it_is_for(client, editor):
    client.force_login(editor)
    assert "No topic is on the list yet." in client.get(SCREEN).content.decode()


def test_a_topic_is_put_on_the_list_once(client, editor, topic):
    client.force_login(editor)
    add = "/admin/newsroom/interest-list/new/"
    assert client.get(add, {"topic": topic.pk}).context["form"].initial["topic"] == topic.pk
    assert client.get(add, {"topic": "9" * 20}).status_code == 200
    client.post(add, {"topic": topic.pk, "every_weeks": 4})
    assert Interest.objects.get().every_weeks == 4
    assert "on the list already" in client.post(add, {"topic": topic.pk, "every_weeks": 4}).content.decode()


def test_a_neglected_topic_is_warned_about_on_calendar_map_and_home(client, editor, owner, interest):
    client.force_login(editor)
    for path in (CALENDAR, COVERAGE, "/admin/"):
        page = client.get(path).content.decode()
        assert ("A topic is neglected" in page, "every 6 weeks; never published, none planned" in page) == (
            True,
            True,
        ), path
    client.force_login(owner)
    for path in (CALENDAR, COVERAGE, "/admin/"):
        assert "neglected" not in client.get(path).content.decode()


def test_analysts_read_the_list_and_salespeople_do_not(client, owner, make_user, interest):
    analyst = make_user("analyst")
    analyst.groups.add(Group.objects.get(name=policy.ANALYST))
    client.force_login(analyst)
    page = client.get(SCREEN).content.decode()
    assert ("Neglected" in page, "Plan a piece" in page) == (True, False)
    assert client.get("/admin/newsroom/interest-list/new/").status_code == 302
    client.force_login(owner)
    assert client.get(SCREEN).status_code in (302, 403)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_and_its_evidence_cost_the_same_for_one_topic_and_for_three(db, django_assert_num_queries, number):
    for at in range(number):
        topic = Topic.objects.create(slug=f"t-{at}", name=f"Subject number {at}")
        Interest.objects.create(topic=topic, every_weeks=4)
    with django_assert_num_queries(10):
        found, beats = interests.heard(AUTUMN), rhythm.beats(TODAY)
        assert len([found.by_topic[beat.interest.topic_id] for beat in beats]) == number
