"""Demand beside supply on the coverage map: searches in vain, customers who asked, and the order of the gaps."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from cms import clock, ports
from cms.feedback import sales
from cms.feedback.models import SalesFeedback
from cms.models import Persona
from editorial import coverage, coverage_recount, demand
from editorial.coverage_lists import ALL, Narrowing
from editorial.models import StaleCoverage
from tracking import pipeline
from tracking.models import Draft

pytestmark = pytest.mark.db
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
ASKED = [SalesFeedback.Tag.ASKED_BY_CUSTOMER]


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(ports.audience, "_answer", None)


@pytest.fixture
def search(db):
    """search("dry ice", results=0, days=3): somebody looked for it so many days ago."""

    def look(words, results=0, days=3):
        at = NOW - timedelta(days=days)
        draft = Draft(
            uuid=uuid4(), kind="site_searched", source="site", occurred_at=at, received_at=at,
            payload={"properties": {"words": words, "results": results}},
            facts={"ua": BROWSER, "method": "POST", "scope": "history"},
        )  # fmt: skip
        pipeline.record([draft], taken=1)

    return look


def counted(part=Narrowing()):  # noqa: B008 -- frozen
    coverage_recount.recount()
    return coverage.table(part)


def cell(table, row, column):
    return next(one for line in table.rows for one in line.cells if (one.row, one.column) == (row, column))


def test_customers_wishes_stand_where_the_piece_stands_and_totals_count_each_once(
    make_piece, stage, persona, owner, colleague
):
    other = Persona.objects.create(slug="t-ops", name="Operations director")
    both = make_piece("Both", [persona, other], primary_stage=stage)
    make_piece("Nobody's", [persona], primary_stage=stage)
    table = counted()
    assert (cell(table, stage.pk, persona.pk).asked, table.asked_known) == (None, False)
    for who in (owner, colleague):
        sales.say(both, who, 1, ASKED)
    assert StaleCoverage.objects.exists()  # it is counted again at once
    table = counted()
    assert [cell(table, stage.pk, key).asked for key in (persona.pk, other.pk, ALL)] == [2, 2, 2]
    assert (cell(table, ALL, ALL).asked, table.asked_known) == (2, True)
    SalesFeedback.objects.update(said_at=NOW - demand.LATELY)
    StaleCoverage.objects.create(marked_at=NOW)
    assert counted().asked_known is False


def test_searches_in_vain_stand_once_beside_the_map_and_by_the_topic_that_they_name(
    client, search, stage, persona, topic, editor, owner
):
    assert counted().unmet is None
    for words, results in (("excursion alarm", 0), ("dry ice", 0), ("dry ice", 0), ("doors", 7)):
        search(words, results)
    search("long ago", days=91)
    StaleCoverage.objects.create(marked_at=NOW)
    assert counted().unmet == [["dry ice", 2], ["excursion alarm", 1]]
    assert coverage.table(Narrowing(topic)).unmet == [["excursion alarm", 1]]
    assert coverage.table(Narrowing(topic, "webinar")).unmet == [["excursion alarm", 1]]
    client.force_login(editor)
    page = client.get(reverse("editorial:coverage")).content.decode()
    assert ("“dry ice”" in page, "add/?title=dry%20ice&amp;next" in page) == (True, True)
    client.force_login(owner)
    page = client.get(reverse("editorial:coverage")).content.decode()
    assert ("“dry ice”" in page, "Plan a piece" in page) == (True, False)
    assert "“dry ice”" not in client.get("/admin/").content.decode()  # the home screen has the map alone


def test_gaps_are_ranked_by_what_is_wished_then_by_who_is_there(client, stage, persona, editor, monkeypatch):
    people = [persona, *(Persona.objects.create(slug=f"t-{n}", name=f"P{n}") for n in range(3))]
    known = [{"contacts": 9}, {"contacts": 1, "searches": 2}, {"contacts": 4, "searches": 2}, {"contacts": 1}]
    answer = {(stage.pk, one.pk): figures for one, figures in zip(people, known, strict=True)}
    monkeypatch.setattr(ports.audience, "_answer", lambda: answer)
    table = coverage.table()
    assert [one.column_label for one in table.gaps if one.row == stage.pk] == ["P1", "P0", "Quality manager", "P2"]
    assert table.most_urgent is table.gaps[0]
    client.force_login(editor)
    page = client.get(reverse("editorial:coverage")).content.decode()
    assert "2 searches in vain" in page.partition("nr-gaps")[2]
    lines = client.get(reverse("editorial:coverage"), {"export": "csv"}).content.decode()
    assert "Interest,P1,None,0,0,0,0,4,,,,2,,,,,\r\n" in lines


def test_what_nobody_knows_yet_is_said(client, stage, persona, editor):
    counted()
    client.force_login(editor)
    page = client.get(reverse("editorial:coverage")).content.decode()
    for words in ("Searches in vain of people we know", "Searches of others", "Customers who asked"):
        assert f"{words}: not known yet." in page


@pytest.mark.parametrize("number", [1, 3])
def test_demand_costs_the_map_nothing_however_much_there_is(
    number, make_piece, stage, persona, owner, search, django_assert_num_queries
):
    sales.say(make_piece("A", [persona], primary_stage=stage), owner, 1, ASKED)
    for n in range(number):
        search(f"words {n}")
    coverage_recount.recount()
    with django_assert_num_queries(4):
        table = coverage.table()
    assert (cell(table, stage.pk, persona.pk).asked, len(table.unmet)) == (1, number)
