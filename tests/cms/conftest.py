"""Pieces, stages and topics for the library's tests."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image
from wagtail.models import ReferenceIndex

from cms import clock
from cms.models import AssetPage, BuyingStage, HomePage, LibraryDocument, LibraryImage, Persona, Topic


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


@pytest.fixture
def make_document(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def make(name, content=b"0123456789"):
        made = LibraryDocument(title=name.partition(".")[0], file=ContentFile(content, name=name))
        made._set_document_file_metadata()
        made.save()
        return made

    return make


@pytest.fixture
def html_of(client, make_piece):
    """html_of((type, value), …) -> the article of a piece with these blocks."""

    def read(*blocks, **fields):
        piece = make_piece("Piece", body=[{"type": kind, "value": value} for kind, value in blocks], **fields)
        ReferenceIndex.create_or_update_for_object(piece)
        answer = client.get(piece.url)
        assert answer.status_code == 200
        return re.search(r'<div class="prose">.*?</article>', answer.content.decode(), re.DOTALL)[0]

    return read


def played(**fields):
    blank = {"title": "A talk", "file": None, "address": "", "poster": None, "tracks": [], "transcript": ""}
    return blank | fields


def track(file, kind="captions", language="en"):
    return {"file": getattr(file, "pk", file), "kind": kind, "language": language}
