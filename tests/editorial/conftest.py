"""A small newsroom: stages, personas, a topic, and short ways to plan an entry and to publish a piece."""

from datetime import UTC, datetime

import pytest
from wagtail.models import Page, Site

from cms.models import AssetPage, BuyingStage, HomePage, Persona, Topic
from editorial import schedule
from editorial.models import Entry


@pytest.fixture
def stage(db):
    return BuyingStage.objects.create(slug="t-interest", name="Interest", definition="Looks at ways.", sort_order=30)


@pytest.fixture
def persona(db):
    return Persona.objects.create(slug="t-quality", name="Quality manager")


@pytest.fixture
def topic(db):
    return Topic.objects.create(slug="t-excursions", name="Excursions")


@pytest.fixture
def home(db):
    return HomePage.objects.get(pk=Site.objects.get(is_default_site=True).root_page_id)


@pytest.fixture
def make_entry(marketer):
    """make_entry("Title", due_on=…, personas=[…]) -> a planned entry."""

    def make(title="Alarms that wake the right person", personas=(), topics=(), **fields):
        return schedule.plan(Entry(title=title, **fields), user=marketer, personas=personas, topics=topics)

    return make


@pytest.fixture
def make_piece(home):
    """make_piece("Title", personas=[…], live=True) -> an asset page, live since 2026-11-10 unless told."""

    def make(title="The load that looked fine", personas=(), live=True, on=(2026, 11, 10), **fields):
        page = AssetPage(title=title, live=live, **fields)
        page.personas = list(personas)
        home.add_child(instance=page)
        if live:
            moment = datetime(*on, 9, tzinfo=UTC)
            AssetPage.objects.filter(pk=page.pk).update(first_published_at=moment, last_published_at=moment)
            page.refresh_from_db()
        return page

    return make


@pytest.fixture
def make_pieces(make_piece):
    """make_pieces(200, persona, primary_stage=…): live pieces like the first one, in five statements however many."""

    def make(number, persona, **fields):
        first = make_piece("Piece 0", [persona], **fields)
        shared = {"depth": first.depth, "content_type_id": first.content_type_id, "locale_id": first.locale_id}
        pages = Page.objects.bulk_create(
            Page(title=f"Piece {n}", slug=f"piece-{n}", path=Page._get_path(first.path[:-4], first.depth, n + 2),
                 live=True, first_published_at=first.first_published_at, **shared)
            for n in range(1, number)
        )  # fmt: skip
        rows = [AssetPage(page_ptr_id=page.pk, **fields) for page in pages]
        if rows:
            AssetPage._base_manager._insert(rows, fields=AssetPage._meta.local_concrete_fields)
        for_whom = AssetPage.personas.through
        for_whom.objects.bulk_create(for_whom(assetpage_id=page.pk, persona_id=persona.pk) for page in pages)

    return make


@pytest.fixture
def make_entries(db):
    """make_entries(1000, due_on=…, personas=[…]): planned entries with the same fields, in three statements."""

    def make(number, personas=(), title="Entry", **fields):
        entries = Entry.objects.bulk_create(Entry(title=f"{title} {n:04}", **fields) for n in range(number))
        for_whom = Entry.personas.through
        for_whom.objects.bulk_create(
            for_whom(entry_id=entry.pk, persona_id=persona.pk) for entry in entries for persona in personas
        )
        return entries

    return make
