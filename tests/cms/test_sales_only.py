"""A sales-only piece and its file are found by nobody outside: by no list, no feed, no search, no number."""

import re

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.models import Page, ReferenceIndex

from cms.models import LibraryDocument
from cms.models.pages import Audience
from tests.cms.sitemaps import whole_sitemap

pytestmark = [pytest.mark.django_db, pytest.mark.db]
WORD = "Brackwaterish"
LISTS = (
    *("/", "/topics/", "/topics/cost/", "/stages/one/", "/for/it/", "/search/?q=brackwaterish", "/search/"),
    *("/feed/", "/feed/atom/", "/topics/cost/feed/", "/topics/cost/feed/atom/", "/api/v1/assets"),
)


@pytest.fixture
def document(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = LibraryDocument(title=WORD, file=ContentFile(b"%PDF-1.4", name="prices.pdf"))
    made._set_document_file_metadata()
    made.save()
    return made


@pytest.fixture
def make_naming(make_piece, document, stages, personas, topics):
    """make_naming("Title", audience=…) -> a piece whose text links to the file."""

    def make(title, **fields):
        text = f'<p>See <a linktype="document" id="{document.pk}">the prices</a>.</p>'
        tags = {"primary_stage": stages[0], "personas": personas[:1], "topics": topics[:1]}
        piece = make_piece(title, body=[{"type": "text", "value": text}], **tags | fields)
        ReferenceIndex.create_or_update_for_object(piece)
        return piece

    return make


def answers(client, document):
    """How each number answers, with the right file name: one past the last as well."""
    numbers = range(1, LibraryDocument.objects.order_by("-pk").first().pk + 2)
    name = document.filename
    return {number: client.get(f"/documents/{number}/{name}").status_code for number in numbers}


def test_internal_piece_is_on_no_list_and_at_no_address(client, make_naming):
    piece = make_naming(f"{WORD} piece", slug="internal", audience=Audience.SALES_ONLY)
    make_naming("Open piece")
    for path in LISTS:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert not re.search(f"{WORD} piece|/internal/", answer.content.decode(), re.IGNORECASE), path
    for path, text in whole_sitemap(client).items():
        assert "/internal/" not in text, path
    assert client.get("/internal/").status_code == 404
    for number in range(1, Page.objects.order_by("-pk").first().pk + 2):
        for name in ("wagtailadmin_pages:view_draft", "wagtailadmin_pages:preview_on_edit", "wagtailadmin_pages:edit"):
            assert client.get(reverse(name, args=[number])).status_code == 302, (name, number)
    assert WORD not in client.get(f"/api/v1/assets?after={piece.pk - 1}&limit=1").content.decode()


def test_file_of_internal_pieces_alone_is_found_by_no_number(client, make_naming, document, owner):
    make_naming("Internal", audience=Audience.SALES_ONLY)
    make_naming("Draft", live=False)
    assert set(answers(client, document).values()) == {404}
    client.force_login(owner)
    assert client.get(document.url).status_code == 200


def test_file_that_an_open_piece_names_is_open_and_so_is_one_that_nobody_names(client, make_naming, document):
    assert answers(client, document)[document.pk] == 200
    make_naming("Internal", audience=Audience.SALES_ONLY)
    assert answers(client, document)[document.pk] == 404
    make_naming("Open")
    assert answers(client, document)[document.pk] == 200


def test_changed_file_has_another_etag(client, document):
    """A file without a hash has an empty ETag, and browsers would keep the old one."""
    before = client.get(document.url)["ETag"]
    assert len(before) > 10
    document.file = ContentFile(b"%PDF-1.5 new", name="prices.pdf")
    document._set_document_file_metadata()
    document.save()
    answer = client.get(document.url, headers={"If-None-Match": before})
    assert (answer.status_code, answer["ETag"] == before) == (200, False)
