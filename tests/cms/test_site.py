"""The public pages: what they list, what they refuse, and how many queries they take with one piece and three."""

import json
import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from cms import pictures, sitemaps
from cms.models import AssetPage, Author, HomePage
from cms.models.pages import Audience
from tests.cms.sitemaps import whole_sitemap

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def _fresh_cache():
    """Wagtail caches picture sizes and the site's root by id, and every test's ids begin at the same number."""
    cache.clear()


BODY = [
    {"type": "text", "value": "<h2>A heading</h2><p>" + "word " * 460 + "</p>"},
    {"type": "quote", "value": {"text": "Said & done", "name": "Ines"}},
    {"type": "code", "value": "if a < b:"},
    {
        "type": "table",
        "value": {
            "caption": "Costs",
            "columns": [{"type": "text", "heading": "Item"}, {"type": "text", "heading": "Euro"}],
            "rows": [{"values": ["Product", "6,900"]}],
        },
    },
]


@pytest.fixture
def author(db):
    return Author.objects.create(slug="ines", name="Ines", role="Editor", bio="Writes.")


@pytest.fixture
def fill(make_piece, make_cover, stages, personas, topics, author):
    """fill(3) -> three pieces with all that a page can show, their covers in every size."""

    def make(count):
        while (n := AssetPage.objects.count()) < count:
            piece = make_piece(
                f"Piece {n}",
                summary=f"Summary {n}",
                cover=make_cover(f"cover-{n}"),
                author=author,
                primary_stage=stages[0],
                topics=topics[:2],
                personas=personas[:1],
                body=BODY,
            )
            pictures.prepare(piece.cover)

    return make


def page(client, path, **data):
    response = client.get(path, data)
    assert response.status_code == 200
    return response.content.decode()


# What each page asks the database: once the site's root is known (Wagtail caches it), nothing grows with the pieces.
QUERIES = {
    "/": 11,
    "/topics/": 7,
    "/topics/cost/": 5,
    "/stages/one/": 5,
    "/for/it/": 5,
    "/authors/ines/": 7,
    "/search/": 7,
    "/piece-0/": 18,
    "/feed/": 2,
    "/feed/atom/": 2,
    "/topics/cost/feed/atom/": 3,
    "/sitemap.xml": 1,
    "/sitemap-lists.xml": 4,
    "/sitemap-pieces-{}.xml": 2,
}


@pytest.mark.parametrize(("path", "expected"), QUERIES.items())
def test_page_takes_the_same_queries_with_one_piece_and_three(client, fill, django_assert_num_queries, path, expected):
    # The piece itself is not among what it offers next.
    for count in (2, 4) if path == "/piece-0/" else (1, 3):
        fill(count)
        address = path.format(AssetPage.objects.last().pk // sitemaps.PART)
        client.get(address)
        with django_assert_num_queries(expected):
            assert client.get(address).status_code == 200


def test_home_leads_with_the_newest_and_offers_stages_and_topics(client, fill, make_piece, topics):
    fill(1)
    make_piece("Hot", days_old=0)
    html = page(client, "/")
    assert re.search(r'lead-title"><a href="/hot/">Hot</a>', html)
    assert '<a href="/stages/one/">' in html
    assert '<a href="/topics/cost/">Cost</a>' in html
    assert '<a href="/topics/people/">' not in html


def test_home_without_pieces_says_so(client):
    assert "Nothing is published yet" in page(client, "/")


@pytest.mark.parametrize("audience", [Audience.CUSTOMERS, Audience.SALES_ONLY])
def test_piece_that_is_not_public_is_on_no_list(client, make_piece, stages, personas, topics, author, audience):
    make_piece(
        "Internal", audience=audience, primary_stage=stages[0], topics=topics[:1], personas=personas[:1], author=author
    )
    for path in ("/", "/topics/", "/topics/cost/", "/stages/one/", "/for/it/", "/authors/ines/", "/feed/"):
        assert "Internal" not in page(client, path)
    assert "Internal" not in page(client, "/search/", q="internal")
    assert "/internal/" not in "".join(whole_sitemap(client).values())


def test_sales_only_piece_is_not_found_and_one_for_customers_is_kept_from_crawlers(client, make_piece):
    make_piece("Internal", audience=Audience.SALES_ONLY)
    make_piece("Customers", audience=Audience.CUSTOMERS)
    assert client.get("/internal/").status_code == 404
    assert '<meta name="robots" content="noindex">' in page(client, "/customers/")


def test_asset_page_shows_all_of_the_piece(client, fill):
    fill(2)
    html = page(client, "/piece-0/")
    assert "<h1>Piece 0</h1>" in html
    assert "2 min read" in html
    assert '<a rel="author" href="/authors/ines/">Ines</a>' in html
    assert "<blockquote><p>Said &amp; done</p></blockquote><figcaption>Ines</figcaption>" in html
    assert "<code>if a &lt; b:</code>" in html
    assert '<th scope="col">Item</th><th scope="col" class="figure">Euro</th>' in html
    assert '<td>Product</td><td class="figure">6,900</td>' in html
    assert '<a class="tag" href="/topics/cost/">Cost</a>' in html
    assert '<h3 class="card-title"><a href="/piece-1/">Piece 1</a></h3>' in html


def test_every_picture_says_its_size(client, fill):
    fill(3)
    for path in ("/", "/topics/cost/", "/piece-0/", "/search/"):
        pictures_shown = re.findall(r"<img[^>]*>", page(client, path))
        assert pictures_shown
        assert [tag for tag in pictures_shown if not re.search(r'width="\d+".*height="\d+"|height.*width', tag)] == []


def test_structured_data_cannot_leave_its_element(client, make_piece, author):
    make_piece("</script><b>&", slug="odd", author=author)
    html = page(client, "/odd/")
    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert "<" not in data
    assert json.loads(data)["headline"] == "</script><b>&"
    assert json.loads(data)["author"]["url"].endswith("/authors/ines/")


def test_canonical_and_open_graph_name_the_public_address(client, fill, settings):
    fill(1)
    html = page(client, "/piece-0/?rated=useful")
    address = f"{settings.BASE_URL}/piece-0/"
    assert f'<link rel="canonical" href="{address}">' in html
    assert f'<meta property="og:url" content="{address}">' in html
    assert re.search(rf'<meta property="og:image" content="{settings.BASE_URL}/media/images/[^"]+\.jpg">', html)


def test_piece_that_lives_elsewhere_leads_there(client, make_piece):
    piece = make_piece("Talk", lives_at="https://www.video.example/talk?a=1&b=2")
    html = client.get(piece.url).content.decode()
    assert (
        '<a href="https://www.video.example/talk?a=1&amp;b=2" rel="external">Go on to it at video.example</a>' in html
    )
    assert '<link rel="canonical" href="https://www.video.example/talk?a=1&amp;b=2">' in html
    assert "min read" not in html


def test_older_pieces_are_one_link_away(client, make_piece, topics, settings):
    for n in range(22):
        make_piece(f"Piece {n}", days_old=n, topics=topics[:1])
    first = page(client, "/topics/cost/")
    assert len(re.findall(r'class="row-title"', first)) == 20
    [older] = re.findall(r'rel="next" href="([^"]+)"', first)
    second = page(client, "/topics/cost/" + older)
    assert re.findall(r'row-title"><a href="[^"]+">([^<]+)', second) == ["Piece 20", "Piece 21"]
    assert 'rel="next"' not in second
    for address, own in (
        ("/topics/cost/?utm_source=x", "/topics/cost/"),
        ("/topics/cost/" + older, "/topics/cost/" + older),
    ):
        assert f'<link rel="canonical" href="{settings.BASE_URL}{own}">' in page(client, address)


def test_key_that_is_not_ours_and_unknown_lists_are_not_found(client, topics):
    for path in ("/topics/cost/?before=x", "/topics/nope/", "/stages/nope/", "/for/nope/", "/authors/nope/", "/nope/"):
        response = client.get(path)
        assert response.status_code == 404
        assert "There is nothing at this address" in response.content.decode()


def test_empty_topic_says_so(client, topics):
    assert "Nothing is published here yet." in page(client, "/topics/people/")


def test_feeds_and_sitemap_name_the_public_address(client, fill, settings):
    fill(1)
    assert f"<link>{settings.BASE_URL}/piece-0/</link>" in page(client, "/feed/")
    assert "<title>Cost · " in page(client, "/topics/cost/feed/")
    sitemap = "".join(whole_sitemap(client).values())
    for path in ("/", "/piece-0/", "/topics/cost/", "/stages/one/", "/for/it/", "/authors/ines/"):
        assert f"<loc>{settings.BASE_URL}{path}</loc>" in sitemap
    assert client.get("/topics/nope/feed/").status_code == 404
    assert "Disallow: /admin/" in page(client, "/robots.txt")


def test_pictures_are_served_and_files_and_originals_are_not(client, fill, settings):
    fill(1)
    [source] = re.findall(r'<img[^>]*src="(/media/[^"]+)"', page(client, "/topics/cost/"))
    response = client.get(source)
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=2592000"
    original = AssetPage.objects.get().cover.file.url
    assert client.get(original).status_code == 404
    assert client.get("/media/images/../original_images/" + original.rsplit("/", 1)[1]).status_code == 400


def test_no_page_sets_a_cookie_or_holds_inline_script_or_style(client, fill):
    fill(3)
    for path in ("/", "/topics/", "/topics/cost/", "/search/", "/piece-0/", "/nope/"):
        response = client.get(path)
        html = response.content.decode()
        assert response.cookies == {}
        assert re.findall(r"<style|\sstyle=|\son\w+=", html) == []
        assert [tag for tag in re.findall(r"<script[^>]*>", html) if "src=" not in tag and "ld+json" not in tag] == []


def test_home_page_of_another_name_is_still_the_front(client):
    HomePage.objects.update(title="Elsewhere", intro="What we know.")
    cache.clear()
    assert '<h1 class="creed">What we know.</h1>' in page(client, "/")


def test_changing_a_list_by_get_is_refused_other_methods(client, topics):
    for path in ("/topics/", "/topics/cost/", reverse("search")):
        assert client.post(path).status_code == 405
