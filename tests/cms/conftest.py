"""Pieces, stages and topics for the library's tests."""

from datetime import timedelta

import pytest
from django.core.files.images import ImageFile
from PIL import Image

from cms import clock
from cms.models import AssetPage, BuyingStage, HomePage, LibraryImage, Persona, Topic


@pytest.fixture
def stages(db):
    """Four stages of our own, in order."""
    BuyingStage.objects.all().delete()
    names = ("one", "two", "three", "four")
    return [BuyingStage.objects.create(slug=name, name=name, sort_order=n) for n, name in enumerate(names)]


@pytest.fixture
def personas(db):
    return [Persona.objects.create(slug=name, name=name) for name in ("it", "finance")]


@pytest.fixture
def topics(db):
    return [Topic.objects.create(slug=name, name=name.title()) for name in ("cost", "audit", "people")]


@pytest.fixture
def make_piece(db):
    """make_piece("Title", days_old=3, topics=[…], personas=[…], also=[…], **fields) -> a live public piece."""
    home = HomePage.objects.get()

    def make(title, *, days_old=400, topics=(), personas=(), also=(), **fields):
        page = AssetPage(title=title, **fields)
        page.personas, page.also_stages = list(personas), list(also)
        home.add_child(instance=page)
        page.topics.set(list(topics))
        page.first_published_at = page.last_published_at = clock.now() - timedelta(days=days_old)
        page.save()
        return page

    return make


@pytest.fixture
def make_cover(db, tmp_path):
    """make_cover() -> a picture of the library, small so that its sizes are quickly made."""

    def make(title="A cover"):
        path = tmp_path / f"{title}.png"
        Image.new("RGB", (320, 180), "#1d3b57").save(path)
        with path.open("rb") as file:
            return LibraryImage.objects.create(title=title, file=ImageFile(file, name=path.name))

    return make
