"""That the screens of the newsroom read few rows for what they show, on a large plan: PostgreSQL counts them."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms import clock
from cms.models import Topic
from editorial import coverage_recount
from editorial.calendar import rows
from editorial.models import Entry, Interest

pytestmark = [
    pytest.mark.db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite does not count the rows that it reads"),
]
CALENDAR, COVERAGE = "/admin/newsroom/calendar/results/", "/admin/newsroom/coverage/"
GROWING = (
    "editorial_entry", "wagtailcore_page", "cms_assetpage", "wagtailcore_revision", "cms_rating", "cms_ratingtally",
    "cms_scorecard", "cms_assetpage_personas", "editorial_entry_personas", "editorial_entry_topics", "cms_assettopic",
)  # fmt: skip
ROWS = 2000
MOST = 20  # rows read for each that is shown


@pytest.fixture(autouse=True)
def _plan(monkeypatch, make_entries, make_pieces, stage, persona):
    """Over two years: entries in all steps, as many live pieces, ten topics on the list, all of it counted."""
    today = date(2026, 11, 23)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))
    entries = make_entries(ROWS, personas=[persona], stage=stage)
    steps = ("idea", "brief", "assigned", "drafting", "review")
    for n, entry in enumerate(entries):
        entry.step, entry.due_on = steps[n % 5], None if n % 20 == 0 else today + timedelta(days=n % 730 - 365)
    Entry.objects.bulk_update(entries, ["step", "due_on"])
    make_pieces(ROWS, persona, primary_stage=stage)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wagtailcore_page SET first_published_at = timestamptz '2026-11-22' - (id % 700) * interval '1 day' "
            "WHERE depth > 2"
        )
        cursor.execute("UPDATE cms_assetpage SET review_by = date '2026-11-01' + (page_ptr_id % 400)::int")
    topics = [Topic.objects.create(slug=f"t-{n}", name=f"Topic {n}") for n in range(10)]
    about = Entry.topics.through
    about.objects.bulk_create(about(entry=entry, topic=topics[n % 10]) for n, entry in enumerate(entries))
    Interest.objects.bulk_create(Interest(topic=topic, every_weeks=6) for topic in topics)
    coverage_recount.recount()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def read(sql) -> tuple[int, list[str]]:
    """How many rows of tables and indexes a statement read, and which growing tables from end to end."""
    with connection.cursor() as cursor:
        # Tables as small as a test's are rather read whole: let it plan as for large ones. With pages that are dear to
        # fetch it reads them whole by their primary key, now and then, when earlier tests left them scattered.
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; "
            "SET LOCAL random_page_cost = 1.1"
        )
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        (plan,) = cursor.fetchone()
    nodes = [json.loads(plan)[0]["Plan"] if isinstance(plan, str) else plan[0]["Plan"]]
    number, scanned = 0, []
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if "Relation Name" in node:
            removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            number += round((node["Actual Rows"] + removed) * node["Actual Loops"])
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in GROWING:
                scanned.append(node["Relation Name"])
    return number, scanned


def told(client, address) -> tuple[int, list]:
    """How many cards or cells a screen shows, and (rows read, tables scanned, statement) of its own statements."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    marks = answer.content.decode().count("data-card=" if "calendar" in address else "data-cell=")
    ours = [one["sql"] for one in asked if re.match(r'SELECT.*"(editorial|cms)_', one["sql"])]
    return marks, [(*read(sql), sql) for sql in ours]


def test_a_screen_reads_few_rows_for_what_it_shows_and_no_growing_table_from_end_to_end(client, editor):
    assert read("SELECT COUNT(title) FROM editorial_entry") == (ROWS, ["editorial_entry"])  # it would be seen
    client.force_login(editor)
    shapes = {"month": 150, "week": 40, "quarter": 160, "list": 160, "board": 150}
    screens = {f"{CALENDAR}?view={shape}": least for shape, least in shapes.items()} | {COVERAGE: 18, "/admin/": 18}
    for address, least in screens.items():
        marks, found = told(client, address)
        assert (address, marks) >= (address, least)
        assert (address, [one for one in found if one[1]]) == (address, [])
        most = MOST * marks
        assert (address, [one for one in found if one[0] > most]) == (address, [])
        assert sum(number for number, _scans, _sql in found) <= most, address


def test_the_lane_of_what_has_no_day_reads_no_more_than_it_holds():
    with CaptureQueriesContext(connection) as asked:
        assert len(rows.without_day(Entry.objects.all())) == rows.LANE_HOLDS + 1
    assert read(asked[0]["sql"]) == (rows.LANE_HOLDS + 1, [])
