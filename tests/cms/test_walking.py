"""Everything that answers without a log-in is walked: what is for sales only, gated or a draft is found nowhere."""

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.template import TemplateDoesNotExist
from django.urls import reverse
from wagtail.models import Page, ReferenceIndex

from cms.models import AssetFile, Author, Gate, LibraryDocument
from cms.models.pages import Audience
from tests.cms.sitemaps import whole_sitemap
from tests.test_routes import PUBLIC

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.slow]
WORD = "Brackwaterish"
NAME = "prices.pdf"
NUMBERS = range(1, 5001)
# Every public address, with what stands for its parts. A new one that is missing here fails.
WALKED = {
    "topics/": ["/topics/"],
    "topics/<slug:slug>/": ["/topics/cost/"],
    "topics/<slug:slug>/feed/": ["/topics/cost/feed/"],
    "topics/<slug:slug>/feed/atom/": ["/topics/cost/feed/atom/"],
    "stages/<slug:slug>/": ["/stages/one/"],
    "for/<slug:slug>/": ["/for/it/"],
    "authors/<slug:slug>/": ["/authors/ines/"],
    "search/": ["/search/", f"/search/?q={WORD}", f"/search/?q={WORD}&format=article", "/search/?q=Brackwaterisk"],
    "feed/": ["/feed/"],
    "feed/atom/": ["/feed/atom/"],
    "your-data/": ["/your-data/"],
    "subscribe/": ["/subscribe/"],
    "robots.txt": ["/robots.txt"],
    "sitemap.xml": ["/sitemap.xml"],
    "sitemap-lists.xml": ["/sitemap-lists.xml"],
}
# Of those which carry a secret, take a form or a file there is nothing to walk without it; pieces and files are below.
WITH_A_KEY = {
    "rate/", "poll/", "rate/more/", "rate/<str:token>/", "surveys/answer/<str:token>/", "surveys/<slug:slug>/",
    "comments/", "comments/<uuid:key>/", "get/<int:piece>/send/", "get/files/<str:token>/",
    "get/file/<str:token>/<str:name>", "get/again/<str:token>/", "your-data/<str:token>/",
    "calendar/<str:secret>.ics", "approve/<str:secret>/", "approve/<str:secret>/text/", "expert/<str:secret>/",
    "subscribe/<uuid:key>/",
    "media/images/<path:name>",
}  # fmt: skip
BY_NUMBER = {
    "get/<int:piece>/",
    "next/<int:piece>/",
    "sitemap-pieces-<int:part>.xml",
    "documents/<int:number>/<path:name>",
    "play/<int:pk>/<str:name>",
}
ADMIN = ("wagtailadmin_pages:view_draft", "wagtailadmin_pages:preview_on_edit", "wagtailadmin_pages:edit")


@pytest.fixture
def make_document(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def make(folder, pk):
        """Each under the same name, so that one name is the right one for all of them."""
        path = tmp_path / folder / NAME
        path.parent.mkdir()
        path.write_bytes(b"%PDF-1.4")
        made = LibraryDocument(pk=pk, title=WORD, file=ContentFile(b"", name=NAME))
        made.file.name = f"{folder}/{NAME}"
        made.file._committed = True
        made.save()
        return made

    return make


@pytest.fixture
def hidden(make_piece, make_document, stages, personas, topics):
    """A sales-only piece and a draft, each with a file; and a gated piece, whose page is
    public and whose file is not."""
    cache.clear()
    author = Author.objects.create(slug="ines", name="Ines")
    tags = {"primary_stage": stages[0], "personas": personas[:1], "topics": topics[:1], "author": author}
    make_piece("Open piece", **tags)
    kinds = {
        "internal": (7, {"audience": Audience.SALES_ONLY}),
        "draft": (2503, {"live": False}),
        "gated": (4999, {"audience": Audience.GATED, "gate": Gate.objects.create(name="Papers")}),
    }
    made = {}
    for slug, (pk, fields) in kinds.items():
        title = "Gated paper" if slug == "gated" else f"{WORD} {slug}"
        piece = make_piece(title, slug=slug, summary=title, **tags | fields)
        AssetFile.objects.create(page=piece, document=make_document(slug, pk), label=f"{WORD} file")
        ReferenceIndex.create_or_update_for_object(piece)
        made[slug] = piece
    call_command("update_index", verbosity=0)
    return made


def test_every_public_address_is_walked_or_has_a_reason():
    assert set(WALKED) | WITH_A_KEY | BY_NUMBER == set(PUBLIC)


def test_no_page_list_feed_search_sitemap_or_interface_names_it(client, hidden):
    paths = [path for paths in WALKED.values() for path in paths]
    paths += ["/", *whole_sitemap(client), "/api/v1/assets?limit=100", "/nothing/", "/api/v1/openapi.json"]
    for path in paths:
        html = client.get(path).content.decode()
        for word in (f"{WORD} internal", f"{WORD} draft", f"{WORD} file", "/internal/", "/draft/", NAME, "/documents/"):
            assert word.lower() not in html.lower(), (path, word)
    assert "/gated/" in client.get("/").content.decode()


def test_its_address_and_every_page_number_open_nothing(client, hidden):
    assert {slug: client.get(f"/{slug}/").status_code for slug in hidden} == {
        "internal": 404,
        "draft": 404,
        "gated": 200,
    }
    assert NAME not in client.get("/gated/").content.decode()
    last = Page.objects.order_by("-pk").first().pk
    for number in range(1, last + 2):
        for name in ADMIN:
            assert client.get(reverse(name, args=[number])).status_code == 302, (name, number)
        if number != hidden["gated"].pk:
            assert client.get(reverse("gate", args=[number])).status_code == 404, number
        assert WORD not in client.post(reverse("next_pieces", args=[number])).content.decode()
        assert WORD not in client.get(f"/api/v1/assets?after={number - 1}&limit=1").content.decode()


def test_no_document_number_up_to_5000_gives_a_file_with_its_right_name(client, hidden, monkeypatch):
    assert set(LibraryDocument.objects.values_list("pk", flat=True)) == {7, 2503, 4999}
    assert {doc.filename for doc in LibraryDocument.objects.all()} == {NAME}
    # The page that says so is not what is asked here, five thousand times.
    monkeypatch.setattr("django.template.loader.get_template", _no_template)
    answers = {number: client.get(f"/documents/{number}/{NAME}").status_code for number in NUMBERS}
    assert {number for number, status in answers.items() if status != 404} == set()


def test_staff_may_have_each_of_them(client, hidden, marketer):
    client.force_login(marketer)
    answers = [client.get(f"/documents/{number}/{NAME}").status_code for number in (7, 2503, 4999)]
    assert answers == [200, 200, 200]


def _no_template(name, using=None):
    raise TemplateDoesNotExist(name)
