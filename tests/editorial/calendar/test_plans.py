"""That no screen of the calendar reads a growing table from end to end."""

import re
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms import clock

CALENDAR, COVERAGE = "/admin/newsroom/calendar/results/", "/admin/newsroom/coverage/"
GROWING = ("editorial_entry", "wagtailcore_page", "cms_assetpage", "wagtailcore_revision")

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


def scanned(sql):
    """The growing tables that the database would read from end to end for a statement, without an index."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = [row[3] for row in cursor.fetchall()]
            names = dict(re.findall(r'"(\w+)" (U\d+|\w\d+)\b', sql))
            names = {alias: table for table, alias in names.items()}
            found = [re.match(r"SCAN (\w+)(?! USING)", line) for line in plan if " USING " not in line]
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            names, lines = {}, [row[0] for row in cursor.fetchall()]
            found = [re.search(r"Seq Scan on (\w+)", line) for line in lines]
        read = [one[1] for one in found if one]
        return [names.get(name, name) for name in read if names.get(name, name) in GROWING]


@pytest.mark.parametrize("address", [
    *(f"{CALENDAR}?view={view}" for view in ("month", "week", "list", "board")), f"{CALENDAR}?view=month&q=dated",
])  # fmt: skip
def test_every_statement_of_the_calendar_finds_its_rows_by_an_index(
    client, editor, make_entries, make_pieces, stage, persona, address
):
    make_entries(3, due_on=date(2026, 11, 26), review_on=date(2026, 11, 27), stage=stage, personas=[persona])
    make_entries(3, title="Undated", stage=stage)
    make_pieces(3, persona, primary_stage=stage)
    client.force_login(editor)
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    reading = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
    assert reading
    assert scanned("SELECT title FROM editorial_entry") == ["editorial_entry"]  # so this test would see it
    assert {sql: found for sql in reading if (found := scanned(sql))} == {}
