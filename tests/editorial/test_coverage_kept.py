"""The map's figures as the worker keeps them: when they hold, what ends that, and the best and worst of a cell."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from cms import clock, ports
from cms.feedback import ratings
from cms.models import Persona, RatingTally, Scorecard
from editorial import coverage, coverage_kept, coverage_recount, rhythm, schedule
from editorial.coverage_lists import ALL, Narrowing
from editorial.models import CoverageCount, CoverageLevels, Entry, Interest, StaleCoverage

pytestmark = pytest.mark.db
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.fixture
def later(monkeypatch):
    return lambda **time: monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(**time))


@pytest.fixture
def card():
    """card(page, relevant, placed): what its scorecard says of 90 days."""

    def make(page, relevant, placed):
        figures = {"readers": placed, "known": placed, "placed": placed, "relevant": relevant, "counted_at": NOON}
        Scorecard.objects.create(asset=page, days=90, **figures)

    return make


def cell(table, row, column):
    return next(one for line in table.rows for one in line.cells if (one.row, one.column) == (row, column))


def shown(table):
    cells = (one for row in table.rows for one in row.cells)
    return [(one.query, one.live, one.weak, one.drafts, one.planned, one.state) for one in cells]


def holds(part=Narrowing()):  # noqa: B008 -- frozen
    return coverage_kept.holds(coverage_kept._kept(part).values())


@pytest.mark.parametrize("number", [1, 3, 1000])
def test_the_map_is_read_from_what_is_kept_in_four_queries_or_counted_in_eight(
    number, make_pieces, make_entry, stage, persona, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(ports.audience, "_answer", None)
    make_pieces(number, persona, primary_stage=stage)
    make_entry(stage=stage, personas=[persona])
    with django_assert_num_queries(8):
        counted = coverage.table()
    assert coverage_recount.recount() > 0
    with django_assert_num_queries(4):
        assert shown(coverage.table()) == shown(counted)
    assert coverage_recount.recount() == 0


def test_what_is_kept_holds_for_a_day_and_an_hour_at_most(make_piece, stage, persona, later):
    make_piece(primary_stage=stage, personas=[persona], review_by=date(2026, 11, 23))
    coverage_recount.recount()
    later(minutes=9)
    assert (holds(), coverage_recount.recount()) == (True, 0)
    later(minutes=11)
    coverage_recount.recount()
    assert CoverageCount.objects.get(topic=0, format="").counted_at == clock.now()
    later(minutes=72)
    assert not holds()
    later(hours=11, minutes=50)
    coverage_recount.recount()
    assert (holds(), cell(coverage.table(), stage.pk, persona.pk).weak) == (True, 0)
    later(hours=12, minutes=5)  # midnight: the piece is past its date
    assert (holds(), cell(coverage.table(), stage.pk, persona.pk).weak) == (False, 1)
    coverage_recount.recount()
    assert (holds(), cell(coverage.table(), stage.pk, persona.pk).weak) == (True, 1)


@pytest.mark.parametrize("change", [
    "publish", "unpublish", "retag page", "delete page", "topics of page", "plan", "retag plan", "step", "review",
    "drop", "persona", "levels",
])  # fmt: skip
def test_whatever_the_map_counts_ends_what_is_kept(
    change, make_piece, make_entry, stage, persona, topic, marketer, django_capture_on_commit_callbacks
):
    page, draft = make_piece("Live", primary_stage=stage), make_piece("Draft", live=False)
    entry = make_entry("A plan", stage=stage)
    coverage_recount.recount()
    assert holds()
    changes = {
        "publish": lambda: draft.save_revision().publish(user=marketer),
        "unpublish": lambda: page.unpublish(user=marketer),
        "retag page": lambda: (setattr(page, "personas", [persona]), page.save()),
        "delete page": page.delete,
        "topics of page": lambda: (page.topics.add(topic), page.save()),
        "plan": lambda: make_entry("Another"),
        "retag plan": lambda: schedule.revise(entry, user=marketer, version=1, values={"personas": [persona]}),
        "step": lambda: schedule.move(entry, user=marketer, version=1, step="brief"),
        "review": lambda: schedule.move(entry, user=marketer, version=1, review_on=date(2026, 1, 1)),
        "drop": lambda: schedule.drop(entry, user=marketer, version=1),
        "persona": lambda: Persona.objects.create(slug="t-new", name="Newcomer"),
        "levels": lambda: CoverageLevels.objects.create(enough_from=1),
    }
    changes[change]()
    assert not holds()
    now = shown(coverage.table())
    coverage_recount.recount()
    assert holds()
    assert shown(coverage.table()) == now


def test_autosaves_and_assignments_keep_it(make_piece, make_entry, stage, marketer):
    page, entry = make_piece(primary_stage=stage), make_entry(stage=stage)
    coverage_recount.recount()
    page.save_revision(user=marketer)
    schedule.revise(entry, user=marketer, version=1, values={"assignee": marketer, "notes": "Ask Yara."})
    assert holds()


def test_the_dates_of_topics_are_kept_too(make_piece, make_entry, topic, marketer, django_assert_num_queries):
    Interest.objects.create(topic=topic, every_weeks=6)
    for title, on in (("Old", (2026, 8, 3)), ("New", (2026, 10, 5))):
        page = make_piece(title, on=on)
        page.topics.add(topic)
        page.save()
    later = make_entry("Later", topics=[topic], due_on=date(2026, 12, 20))
    today = NOON.date()
    with django_assert_num_queries(4):
        (asked,) = rhythm.beats(today)
    coverage_recount.recount()
    with django_assert_num_queries(2):
        (kept,) = rhythm.beats(today)
    assert kept == asked
    assert (kept.last, kept.last_title, kept.coming_title) == (date(2026, 10, 5), "New", "Later")
    schedule.move(later, user=marketer, version=1, due_on=date(2026, 12, 24))
    assert rhythm.beats(today)[0].coming == date(2026, 12, 24)


def test_a_worker_that_was_overtaken_writes_nothing_and_takes_no_mark(make_piece, stage, persona, monkeypatch, later):
    make_piece(primary_stage=stage, personas=[persona])
    coverage_recount.recount()
    make_piece("Second", primary_stage=stage, personas=[persona])
    old = coverage_recount._count(CoverageLevels.now(), NOON)

    def overtaken(levels, now):
        monkeypatch.undo()
        monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(seconds=1))
        make_piece("Third", primary_stage=stage, personas=[persona])
        assert coverage_recount.recount() > 0
        make_piece("Fourth", primary_stage=stage, personas=[persona])
        return old

    monkeypatch.setattr(coverage_recount, "_count", overtaken)
    assert coverage_recount.recount() == 0
    assert StaleCoverage.objects.exists()
    kept = CoverageCount.objects.get(topic=0, format="").figures
    assert kept[f"{stage.pk}-{persona.pk}"]["live"] == 3


def test_a_topic_and_a_format_have_figures_of_their_own(make_piece, make_entry, stage, persona, topic):
    both = make_piece("Webinar", primary_stage=stage, personas=[persona], format="webinar")
    both.topics.add(topic)
    both.save()
    make_piece("Article", primary_stage=stage, personas=[persona])
    make_entry("On topic", [persona], [topic], stage=stage)
    coverage_recount.recount()
    parts = (Narrowing(), Narrowing(topic), Narrowing(format="webinar"), Narrowing(topic, "webinar"))
    parts += (Narrowing(topic, "article"), Narrowing(format="podcast"))
    here = [cell(coverage.table(part), stage.pk, persona.pk) for part in parts]
    assert all(holds(part) for part in parts)
    assert [(one.live, one.planned) for one in here] == [(2, 1), (1, 1), (1, 0), (1, 0), (0, 1), (0, 0)]
    both.delete()
    Entry.objects.get().delete()
    coverage_recount.recount()
    assert [(one.topic, one.format) for one in CoverageCount.objects.order_by("format")] == [(0, ""), (0, "article")]


def test_the_best_and_the_worst_piece_of_a_cell(make_piece, stage, persona, card, client, editor):
    other = Persona.objects.create(slug="t-ops", name="Operations director")
    tags = {"primary_stage": stage, "personas": [persona]}
    good, poor, few, unread = (make_piece(name, on=(2026, 1, 10), **tags) for name in ("Good", "Poor", "Few", "Unread"))
    new = make_piece("New", on=(2026, 11, 20), primary_stage=stage, for_all_personas=True)
    for page, relevant, placed in ((good, 34, 40), (poor, 2, 30), (few, 4, 4), (new, 0, 9)):
        card(page, relevant, placed)
    coverage_recount.recount()
    table = coverage.table()
    here, there = cell(table, stage.pk, persona.pk), cell(table, stage.pk, other.pk)
    assert (here.best, here.worst) == ((good.pk, "Good", 34, 40), (poor.pk, "Poor", 2, 30))
    assert (there.best, there.worst) == ((new.pk, "New", 0, 9), None)  # alone, and live for three days
    assert (cell(table, stage.pk, ALL).best, here.few_readers, unread.live) == (None, False, True)
    client.force_login(editor)
    page = client.get(reverse("editorial:coverage")).content.decode()
    assert f'href="{reverse("scorecard-piece", args=[good.pk])}"' in page
    lines = client.get(reverse("editorial:coverage"), {"export": "csv"}).content.decode()
    assert "Good,34 of 40,Poor,2 of 30" in lines
    good.title = "Better"
    good.save()
    assert cell(coverage.table(), stage.pk, persona.pk).best.title == "Better"  # also before the worker has counted
    poor.delete()
    assert cell(coverage.table(), stage.pk, persona.pk).worst is None


def test_too_few_readers_are_said_and_ranked_by_nobody(make_piece, stage, persona, card, client, editor):
    card(make_piece("Four readers", primary_stage=stage, personas=[persona]), 4, 4)
    coverage_recount.recount()
    here = cell(coverage.table(), stage.pk, persona.pk)
    assert (here.best, here.worst, here.few_readers) == (None, None, True)
    client.force_login(editor)
    assert "too few readers<" in client.get(reverse("editorial:coverage")).content.decode()


def test_ratings_are_tallied_with_every_rating(make_piece, stage):
    page = make_piece(primary_stage=stage)
    for number, value in enumerate((1, 1, -1)):
        ratings.rate(page.pk, value, f"reader-{number}")
    ratings.rate(page.pk, -1, "reader-0")  # thought better of it
    ratings.rate(page.pk, 1, "by-mail", instead_of=["reader-1"])
    tally = RatingTally.objects.get(asset=page)
    assert (tally.useful, tally.total) == (1, 3)
