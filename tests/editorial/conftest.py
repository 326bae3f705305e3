"""A small newsroom: stages, personas, a topic, and short ways to plan an entry and to publish a piece."""

from datetime import UTC, datetime

import pytest
from wagtail.models import Site

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
