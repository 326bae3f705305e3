"""The coverage map month by month: kept once, for three years, and compared cell by cell in words."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from cms import clock, ports
from cms.models import Persona
from editorial import coverage, snapshots
from editorial.models import CoverageSnapshot

pytestmark = pytest.mark.db
ADDRESS = "editorial:coverage"


@pytest.fixture
def now_is(monkeypatch):
    def set_(*day):
        monkeypatch.setattr(clock, "now", lambda: datetime(*day, 12, tzinfo=UTC))

    return set_


def cell(table, row, column):
    return next(one for line in table.rows for one in line.cells if (one.row, one.column) == (row, column))


def compared(row, column, month="2026-10"):
    table = coverage.table()
    snapshots.compare(table, snapshots.of(month))
    return [(one.key, one.words) for one in cell(table, row, column).then.changes]


def test_a_month_is_kept_once_however_often_it_is_looked_at(stage, persona, make_piece, now_is):
    now_is(2026, 10, 1)
    make_piece(primary_stage=stage, personas=[persona])
    assert (snapshots.keep(), snapshots.keep()) == (1, 0)
    make_piece("Later", primary_stage=stage, personas=[persona])
    now_is(2026, 10, 31)
    assert snapshots.keep() == 0
    kept = CoverageSnapshot.objects.get()
    assert (kept.month, kept.figures[f"{stage.pk}-{persona.pk}"]["live"]) == (date(2026, 10, 1), 1)
    now_is(2026, 11, 2)
    assert snapshots.keep() == 1
    assert [key for key, _month, _day in snapshots.months()] == ["2026-11", "2026-10"]


def test_a_second_worker_that_comes_in_between_changes_nothing(stage, persona, monkeypatch, now_is):
    now_is(2026, 10, 1)
    first = {"taken_at": clock.now(), "figures": {"kept": "by the first"}}

    def meanwhile():
        CoverageSnapshot.objects.create(month=date(2026, 10, 1), **first)
        return table

    table = coverage.table()
    monkeypatch.setattr(coverage, "table", meanwhile)
    assert snapshots.keep() == 0
    assert CoverageSnapshot.objects.get().figures == first["figures"]


def test_months_are_kept_for_three_years(stage, persona, now_is):
    now_is(2026, 10, 1)
    for month in (date(2023, 10, 1), date(2023, 11, 1)):
        CoverageSnapshot.objects.create(month=month, taken_at=clock.now())
    snapshots.keep()
    assert [key for key, _month, _day in snapshots.months()] == ["2026-10", "2023-11"]


def test_a_map_without_stages_or_personas_is_not_kept(db):
    assert snapshots.keep() == 0
    assert not CoverageSnapshot.objects.exists()


def test_each_cell_says_what_it_gained_and_lost(stage, persona, make_piece, make_entry, monkeypatch, now_is):
    now_is(2026, 10, 1)
    people = {(stage.pk, persona.pk): {"contacts": 4}}
    monkeypatch.setattr(ports.audience, "_answer", lambda: people)
    other = Persona.objects.create(slug="t-ops", name="Operations director")
    gone = make_piece("Retires", primary_stage=stage, personas=[other])
    make_piece("Ages", primary_stage=stage, personas=[persona], review_by=date(2026, 10, 15))
    snapshots.keep()
    assert compared(stage.pk, persona.pk) == [("same", "as it was")]
    now_is(2026, 11, 1)
    gone.unpublish()
    for title in ("One", "Two", "Three"):
        make_piece(title, primary_stage=stage, personas=[persona])
    make_entry(stage=stage, personas=[other])
    people[stage.pk, persona.pk] = {"contacts": 3}
    new = Persona.objects.create(slug="t-new", name="Buyer")
    assert compared(stage.pk, persona.pk) == [
        ("gained", "was: thin"), ("gained", "2 live pieces gained"), ("more", "1 more stale or low-rated"),
        ("fewer", "1 fewer contact"),
    ]  # fmt: skip
    assert compared(stage.pk, other.pk) == [
        ("lost", "was: thin"), ("lost", "1 live lost"), ("more", "1 more planned"),
    ]  # fmt: skip
    assert compared(stage.pk, new.pk) == [("new", "not on the map then")]
    total = ("gained", "1 live piece gained")
    assert total in compared("all", "all")


def test_comparing_costs_one_query_and_not_comparing_none(
    stage, persona, make_piece, monkeypatch, now_is, django_assert_num_queries
):
    monkeypatch.setattr(ports.audience, "_answer", None)
    now_is(2026, 10, 1)
    snapshots.keep()
    with django_assert_num_queries(8):
        table = coverage.table()
    with django_assert_num_queries(1):
        snapshots.compare(table, snapshots.of("2026-10"))


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("query", "queries"), [({}, 20), ({"against": "2026-10"}, 21)])
def test_the_screen_costs_the_same_for_one_month_and_three(
    number, query, queries, client, stage, persona, owner, now_is, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(ports.audience, "_answer", None)
    now_is(2026, 10, 5)
    for month in range(10, 10 - number, -1):
        figures = {f"{stage.pk}-{persona.pk}": dict.fromkeys(snapshots.FIGURES, month)}
        CoverageSnapshot.objects.create(month=date(2026, month, 1), taken_at=clock.now(), figures=figures)
    client.force_login(owner)
    client.get(reverse(ADDRESS))
    with django_assert_num_queries(queries):
        assert len(client.get(reverse(ADDRESS), query).context["months"]) == number


def test_the_screen_and_the_export_compare(client, stage, persona, make_piece, editor, owner, now_is):
    client.force_login(editor)
    assert "No month to compare with yet" in client.get(reverse(ADDRESS)).content.decode()
    now_is(2026, 10, 1)
    snapshots.keep()
    make_piece(primary_stage=stage, personas=[persona])
    plain = client.get(reverse(ADDRESS)).content.decode()
    assert ("October 2026" in plain, "live piece gained" in plain) == (True, False)
    page = client.get(reverse(ADDRESS), {"against": "2026-10"}).content.decode()
    assert ("1 live piece gained" in page, "1 October 2026" in page) == (True, True)
    assert "export=csv&amp;against=2026-10" in page
    lines = client.get(reverse(ADDRESS), {"against": "2026-10", "export": "csv"}).content.decode()
    assert "Drafts then" in lines
    assert ",None,0,0,0,0,0,was: none; 1 live piece gained" in lines
    client.force_login(owner)
    assert "Drafts then" not in client.get(reverse(ADDRESS), {"against": "2026-10", "export": "csv"}).content.decode()


def test_a_part_of_the_map_is_not_compared_and_says_so(client, stage, persona, editor, now_is):
    now_is(2026, 10, 1)
    snapshots.keep()
    client.force_login(editor)
    answer = client.get(reverse(ADDRESS), {"against": "2026-10", "format": "webinar"})
    assert "choose all of everything" in answer.content.decode()
    assert not any(one.then for row in answer.context["table"].rows for one in row.cells)


@pytest.mark.parametrize("month", ["2026-09", "2026-13", "yesterday", "2026-10-01", "'; --"])
def test_a_month_that_was_not_kept_is_not_found(month, client, stage, persona, editor, now_is):
    now_is(2026, 10, 1)
    snapshots.keep()
    client.force_login(editor)
    assert client.get(reverse(ADDRESS), {"against": month}).status_code == 404
