"""The report of all pieces, the screen of one, and the counting behind them."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from cms import clock, freshness, ports, scorecard_words, scorecards
from cms.admin import keyed
from cms.feedback.models import Rating
from cms.models import AssetPage, BuyingStage, HomePage, Persona, Scorecard, StaleScorecard, Topic

pytestmark = [pytest.mark.django_db, pytest.mark.db]
COUNTED = {"readers": 8, "known": 6, "placed": 5, "relevant": 3, "became_known": 2, "moves": 1, "sent": 4}


@pytest.fixture
def make_piece():
    def make(title, **fields):
        stage = BuyingStage.objects.get(slug="interest")
        page = AssetPage(title=title, **({"primary_stage": stage, "last_published_at": clock.now()} | fields))
        return HomePage.objects.get().add_child(instance=page)

    return make


@pytest.fixture
def counted():
    """counted(piece, readers=3) -> its cards."""

    def make(piece, relevance=60, **figures):
        rows = [
            Scorecard(asset=piece, days=days, relevance=relevance, counted_at=clock.now(), **(COUNTED | figures))
            for days in scorecards.PERIODS
        ]
        return Scorecard.objects.bulk_create(rows)

    return make


@pytest.fixture
def report(client, editor):
    def ask(**asked):
        client.force_login(editor)
        return client.get(reverse("scorecard"), asked)

    return ask


def titles(answer):
    return [card.asset.title for card in answer.context["table"].data]


def test_without_a_piece_the_report_says_where_they_come_from(report):
    AssetPage.objects.all().delete()
    assert "No piece has been counted yet" in report().content.decode()


def test_the_report_shows_figures_words_and_what_they_mean(report, make_piece, counted):
    counted(make_piece("Costs"))
    counted(make_piece("Alarms"), relevance=None, placed=3, readers=99)
    answer = report()
    shown = answer.content.decode()
    assert titles(answer) == ["Alarms", "Costs"]  # most readers first
    for words in ("60 % of 5", "too few readers (3)", "What the figures mean", "Changed within a month"):
        assert words in shown
    assert str(scorecard_words.DEFINITIONS[1][1])[:40] in shown


def test_filters_narrow_and_the_period_changes_the_figures(report, make_piece, counted):
    topic = Topic.objects.create(name="Cold", slug="cold")
    persona = Persona.objects.create(name="Planner", slug="planner")
    one, other = make_piece("One", format="video"), make_piece("Other", primary_stage=None)
    one.topics.add(topic)
    one.personas.add(persona)
    one.save()
    for piece in (one, other):
        counted(piece)
    Scorecard.objects.filter(days=30).update(readers=77)
    stage = one.primary_stage_id
    for asked in ({"topic": topic.pk}, {"persona": persona.pk}, {"stage": stage}, {"format": "video"}):
        assert titles(report(**asked)) == ["One"]
    assert {card.readers for card in report(period=30).context["table"].data} == {77}
    assert "No pieces match your query" in report(format="podcast").content.decode()


@pytest.mark.parametrize("ordering", ["readers", "-readers", "title", "-title", "-relevance", "moves"])
def test_pages_go_on_where_the_last_one_ended(report, make_piece, counted, ordering):
    for number in range(45):
        counted(make_piece(f"Piece {number:02}"), relevance=number % 7 or None, readers=number // 3, moves=1)
    found, after = [], ""
    while True:
        answer = report(ordering=ordering, after=after)
        found += titles(answer)
        if not (after := answer.context["next_key"]):
            break
    everything = keyed.ordered(Scorecard.objects.filter(days=90), ordering)
    assert found == [card.asset.title for card in everything]
    assert len(set(found)) == 45


@pytest.mark.parametrize("key", ["", "x", "1.", "1.x", "-1.3", "9" * 30 + ".1", "1.\x00", "².1"])
def test_what_is_no_key_is_the_first_page(report, make_piece, counted, key):
    counted(make_piece("One"))
    assert titles(report(after=key)) == ["One"]


@pytest.mark.parametrize("number", [1, 3, 20])
def test_the_report_takes_the_same_queries_for_any_number(
    report, make_piece, counted, number, django_assert_num_queries
):
    for index in range(number):
        counted(make_piece(f"Piece {index}"))
    report()
    with django_assert_num_queries(21):
        assert len(titles(report())) == number


def test_the_export_holds_every_row_and_nothing_that_a_spreadsheet_calculates(report, make_piece, counted):
    for title in ("=1+1", *(f"Piece {number}" for number in range(30))):
        counted(make_piece(title))
    Rating.objects.create(
        asset_id=AssetPage.objects.get(title="=1+1").pk, reader_key="r", value=1, rated_at=clock.now()
    )
    lines = b"".join(report(export="csv", ordering="title")).decode().splitlines()
    assert len(lines) == 32
    assert lines[0].startswith("Piece,Stage,Format,Period in days,Readers")
    assert lines[1].startswith("'=1+1,")
    sheet = load_workbook(BytesIO(b"".join(report(export="xlsx", ordering="title")))).active
    assert (sheet.max_row, sheet["A2"].value, sheet["A2"].data_type) == (32, "=1+1", "s")


def test_one_piece_is_shown_over_time_with_a_table_and_where_it_is_used(
    client, editor, make_piece, counted, monkeypatch
):
    piece = make_piece("Costs")
    counted(piece)
    for number in range(3):
        counted(make_piece(f"Peer {number}"), readers=number)
    monday = clock.now().date()
    weeks = [{"week": monday, "views": 7, "reads": 2, "downloads": 1}]
    monkeypatch.setattr(ports.readings, "_answer", lambda asset_id, since: weeks)
    client.force_login(editor)
    shown = client.get(reverse("scorecard-piece", args=[piece.pk])).content.decode()
    for words in ("60 % of 5", "Half of the 3 others had 1 readers", "at most 7 views a week", "Nothing points at it"):
        assert words in shown
    assert client.get(reverse("scorecard-piece", args=[piece.pk + 999])).status_code == 404
    plain = make_piece("Not counted")
    monkeypatch.setattr(ports.readings, "_answer", lambda asset_id, since: None)
    assert "Not counted yet" in client.get(reverse("scorecard-piece", args=[plain.pk])).content.decode()


def test_editors_and_analysts_may_look_salespeople_and_strangers_not(client, owner, stranger, make_piece):
    piece = make_piece("Costs")
    for user in (owner, stranger):
        client.force_login(user)
        for address in (reverse("scorecard"), reverse("scorecard-piece", args=[piece.pk])):
            assert client.get(address).status_code in (302, 403)
    client.logout()
    assert client.get(reverse("scorecard")).status_code == 302


def answering(monkeypatch, **figures):
    monkeypatch.setattr(ports.scorecards, "_answer", lambda ids, at: {pk: {90: COUNTED | figures} for pk in ids})


def test_live_pieces_are_counted_once_a_day_without_a_mark(make_piece, monkeypatch, later):
    AssetPage.objects.all().delete()
    make_piece("Live"), make_piece("Draft", live=False)
    monkeypatch.setattr(ports.scorecards, "_answer", lambda ids, at: {pk: {365: COUNTED} for pk in ids})
    assert [scorecards.refresh(), scorecards.refresh(), scorecards.refresh()] == [1, 1, 0]
    assert Scorecard.objects.get().asset.title == "Live"
    later(days=1)
    assert scorecards.refresh() == 1


def test_what_changes_while_it_is_counted_is_counted_again(make_piece, monkeypatch):
    piece = make_piece("Costs")
    StaleScorecard.objects.create(asset_id=piece.pk, marked_at=clock.now())

    def meanwhile(ids, at):
        StaleScorecard.objects.update(marks=2)
        return {pk: {90: COUNTED} for pk in ids}

    monkeypatch.setattr(ports.scorecards, "_answer", meanwhile)
    scorecards.refresh(hurry=True)
    assert (Scorecard.objects.count(), StaleScorecard.objects.count()) == (0, 1)
    answering(monkeypatch)
    scorecards.refresh(hurry=True)
    assert (Scorecard.objects.get().readers, StaleScorecard.objects.count()) == (8, 0)


def test_a_piece_that_is_gone_leaves_no_mark(monkeypatch):
    StaleScorecard.objects.create(asset_id=999_999, marked_at=clock.now())
    answering(monkeypatch)
    assert scorecards.refresh(hurry=True) == 1
    assert (Scorecard.objects.count(), StaleScorecard.objects.count()) == (0, 0)


def test_a_piece_read_all_the_time_is_not_counted_all_the_time(make_piece, counted, monkeypatch, later):
    piece = make_piece("Costs")
    counted(piece)
    StaleScorecard.objects.create(asset_id=piece.pk, marked_at=clock.now())
    answering(monkeypatch)
    assert scorecards._marked(20, hurry=False) == []
    later(minutes=6)
    assert [mark.asset_id for mark in scorecards._marked(20, hurry=False)] == [piece.pk]


def test_relevance_needs_five_readers(make_piece, monkeypatch):
    for placed, expected in ((4, None), (5, 60)):
        piece = make_piece(f"Read by {placed}")
        StaleScorecard.objects.create(asset_id=piece.pk, marked_at=clock.now())
        answering(monkeypatch, placed=placed)
        scorecards.refresh(hurry=True)
        assert Scorecard.objects.get(asset=piece).relevance == expected


def test_freshness_in_words(make_piece):
    now = clock.now()
    old = make_piece("Old", last_published_at=now - timedelta(days=70))
    overdue = make_piece("Overdue", shelf_life="timely", review_by=now.date() - timedelta(days=1))
    assert freshness.in_words(old) == "changed 2 months ago"
    assert freshness.in_words(overdue).startswith("review overdue since")
    assert freshness.in_words(AssetPage(title="New")) == "never published"
