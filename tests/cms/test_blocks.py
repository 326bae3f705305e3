"""The blocks of a piece's body: what readers get of each, and what an editor cannot save."""

import re

import pytest
from django.core.cache import cache
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.rich_text import RichText

from cms import charts
from cms.blocks import BodyBlock
from cms.models import AssetPage
from cms.models.pages import Audience
from tests.cms.conftest import played, track

pytestmark = [pytest.mark.django_db, pytest.mark.db]
VIDEO_ADDRESS = "https://www.youtube.com/watch?v=abcdefghij0"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def test_quote_names_who_said_it_with_role_and_face(html_of, make_cover):
    said = {"text": "We counted.", "name": "Ines", "role": "Quality, Brack", "portrait": make_cover("face").pk}
    html = html_of(("quote", said))
    assert 'Ines, <span class="quote-role">Quality, Brack</span>' in html
    assert "quote-face" in html


def test_quote_written_before_there_were_roles_is_as_it_was(html_of):
    html = html_of(("quote", {"text": "We counted.", "name": "Ines"}))
    assert "<figcaption>Ines</figcaption>" in html
    assert "<img" not in html


def test_statistic_links_to_its_source(html_of):
    said = {"number": "43 %", "words": "begin at the dock", "source": "A count", "source_address": "https://x.example/"}
    html = html_of(("statistic", said))
    assert '<p class="statistic-number">43 %</p>' in html
    assert '<a href="https://x.example/" rel="external">A count</a>' in html


def chart(kind, *numbers):
    points = [{"label": f"L{n}", "number": number} for n, number in enumerate(numbers)]
    return {"title": "Causes", "kind": kind, "unit": "%", "points": points, "source": "Our count"}


def test_bars_are_a_table_whose_longest_bar_is_full(html_of):
    html = html_of(("chart", chart("bars", 20, 40.5)))
    assert re.findall(r'<rect width="([\d.]+)"', html) == ["49.38", "100.00"]
    assert '<caption class="chart-title">Causes</caption>' in html
    assert re.search(r'<th scope="row">L1</th>.*?<td class="figure">40.5 %</td>', html)


def test_line_is_drawn_from_its_foot_and_can_be_read_as_a_table(html_of):
    html = html_of(("chart", chart("line", -5, 0, 5)))
    assert '<polyline points="0.00,40.00 50.00,20.00 100.00,0.00"' in html
    assert html.count('<td class="figure">') == 3


def test_chart_of_equal_or_no_numbers_is_drawn():
    assert [point.share for point in charts.scaled([("a", 0), ("b", 0)])] == [0, 0]
    assert charts.line(charts.scaled([("a", 3)])) == "0.00,0.00"


@pytest.mark.parametrize("link", ['<a id="{}" linktype="document">', '<a linktype="document" id="{}">'])
def test_file_that_only_the_text_of_a_draft_links_is_found_by_no_number(client, make_piece, make_document, link):
    paper, other = make_document("paper.pdf"), make_document("other.pdf")
    piece = make_piece("Draft")
    piece.body = [("text", RichText(f"<p>{link.format(paper.pk)}It</a></p>"))]
    piece.save_revision()
    assert [client.get(file.url).status_code for file in (paper, other)] == [404, 200]


def test_download_of_an_open_piece_is_a_link(html_of, make_document):
    sheet = make_document("sheet.xlsx")
    html = html_of(("download", {"document": sheet.pk, "label": "The worksheet"}))
    assert f'href="{sheet.url}" download' in html
    assert "The worksheet" in html


def test_call_leads_to_one_place_and_not_to_a_page_that_is_gone(html_of, make_piece):
    there, gone = make_piece("There"), make_piece("Gone", live=False)
    ours = make_piece("Only us", audience=Audience.SALES_ONLY)
    calls = [{"text": f"Go {page.pk}", "button": "Go", "page": page.pk, "address": ""} for page in (there, gone, ours)]
    outside = {"text": "Go out", "button": "Out", "page": None, "address": "https://x.example/"}
    html = html_of(*(("call", call) for call in (*calls, outside)))
    assert '<a class="call-button" href="/there/">' in html
    assert f"Go {gone.pk}" not in html
    assert f"Go {ours.pk}" not in html
    assert '<a class="call-button" href="https://x.example/" rel="external">' in html


def test_related_pieces_stand_in_their_order_without_those_that_readers_cannot_see(html_of, make_piece):
    shown = [make_piece("B piece"), make_piece("A piece")]
    hidden = [make_piece("Draft one", live=False), make_piece("Inside", audience=Audience.SALES_ONLY)]
    html = html_of(("related", {"heading": "", "pieces": [page.pk for page in (*hidden, *shown)]}))
    assert re.findall(r'<a href="/[\w-]+/">([^<]+)</a>', html) == ["B piece", "A piece"]
    assert "See also" in html


def test_search_finds_the_words_of_the_new_blocks(client, html_of):
    html_of(("statistic", {"number": "43 %", "words": "Brackwaterish", "source": "", "source_address": ""}))
    assert "/piece/" in client.get("/search/?q=brackwaterish").content.decode()


@pytest.mark.parametrize(
    ("kind", "value", "field"),
    [
        ("video", {"address": "", "file": None}, "address"),
        ("video", {"address": VIDEO_ADDRESS, "file": "film.mp4"}, "address"),
        ("video", {"address": "https://video.example/1"}, "address"),
        ("video", {"file": "sound.mp3"}, "file"),
        ("video", {"file": "film.mp4", "tracks": [("words.txt", "captions", "en")]}, "tracks"),
        ("video", {"file": "film.mp4", "tracks": [("words.vtt", "captions", "en")] * 2}, "tracks"),
        ("video", {"file": "film.mp4", "tracks": [("words.vtt", "captions", "tlh")]}, "tracks"),
        ("video", {"address": VIDEO_ADDRESS, "tracks": [("words.vtt", "captions", "en")]}, "tracks"),
        ("audio", {"file": "film.mp4"}, "file"),
        ("chart", chart("bars", 1, -1), "kind"),
        ("call", {"text": "Go", "button": "Go", "page": None, "address": ""}, "address"),
    ],
)
def test_editor_is_told_at_the_field_what_cannot_be(kind, value, field, make_document):
    block = BodyBlock().child_blocks[kind]
    if kind in ("video", "audio"):
        value = played(**value)
        value["file"] = make_document(value["file"]).pk if value["file"] else None
        value["tracks"] = [track(make_document(name), *said) for name, *said in value["tracks"]]
    with pytest.raises(StructBlockValidationError) as error:
        block.clean(block.to_python(value))
    assert list(error.value.block_errors) == [field]


@pytest.mark.parametrize("number", [1, 3])
def test_body_costs_the_same_with_one_block_of_a_kind_and_three(
    client, make_piece, make_document, django_assert_num_queries, number
):
    others = [make_piece(f"Other {n}") for n in range(3)]
    blocks = []
    for n in range(number):
        film = make_document(f"film{n}.mp4")
        blocks += [
            ("video", played(file=film.pk, tracks=[track(make_document(f"words{n}.vtt"))])),
            ("download", {"document": film.pk, "label": ""}),
            ("call", {"text": "Go", "button": "Go", "page": others[n].pk, "address": ""}),
        ]
    blocks.append(("related", {"heading": "", "pieces": [page.pk for page in others[:number]]}))
    make_piece("Piece", body=[{"type": kind, "value": value} for kind, value in blocks])
    client.get("/piece/")
    with django_assert_num_queries(22):
        client.get("/piece/")


def test_a_piece_is_not_made_from_itself(make_piece):
    piece = make_piece("One")
    piece.derived_from = AssetPage.objects.get(pk=piece.pk)
    with pytest.raises(Exception, match="not made from itself"):
        piece.clean()
