"""The blocks of a piece's body: what readers get of each, and what an editor cannot save."""

import re

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.models import ReferenceIndex
from wagtail.rich_text import RichText

from cms import charts, players
from cms.blocks import BodyBlock
from cms.models import AssetPage, LibraryDocument
from cms.models.pages import Audience

pytestmark = [pytest.mark.django_db, pytest.mark.db]
VIDEO_ADDRESS = "https://www.youtube.com/watch?v=abcdefghij0"
FRAME = "https://www.youtube-nocookie.com/embed/abcdefghij0?autoplay=1"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


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
    blank = {"title": "A talk", "file": None, "address": "", "poster": None, "captions": None, "transcript": ""}
    return blank | fields


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


def test_player_of_another_host_is_a_link_that_asks_that_host_nothing(html_of):
    html = html_of(("video", played(address=VIDEO_ADDRESS, transcript="<p>Spoken words</p>")))
    assert f'href="{VIDEO_ADDRESS}"' in html
    assert f'data-frame="{FRAME}"' in html
    assert "Watch at YouTube" in html
    assert "Spoken words" in html
    assert not re.search(r'<iframe|<script|\ssrc="https?://', html)


def test_script_of_players_is_asked_for_only_where_there_is_one(client, make_piece):
    make_piece("With", body=[{"type": "audio", "value": played(address="https://open.spotify.com/episode/ab1")}])
    make_piece("Without", body=[{"type": "text", "value": "<p>x</p>"}])
    assert "player.js" in client.get("/with/").content.decode()
    assert "player.js" not in client.get("/without/").content.decode()


@pytest.mark.parametrize(
    ("address", "frame"),
    [
        (VIDEO_ADDRESS, FRAME),
        ("https://youtu.be/abcdefghij0?t=3", FRAME),
        ("https://m.youtube.com/watch?app=desktop&v=abcdefghij0", FRAME),
        ("https://vimeo.com/123456", "https://player.vimeo.com/video/123456?dnt=1&autoplay=1"),
        ("https://open.spotify.com/episode/4Abc", "https://open.spotify.com/embed/episode/4Abc"),
        (
            "https://soundcloud.com/brack/one",
            "https://w.soundcloud.com/player/?auto_play=true&url=https%3A%2F%2Fsoundcloud.com%2Fbrack%2Fone",
        ),
        ("https://video.example/watch?v=abcdefghij0", None),
        ("https://evil.example/?https://vimeo.com/123456", None),
        ("javascript:alert(1)", None),
    ],
)
def test_players_are_known_by_their_address(address, frame):
    found = players.find(address)
    assert (found and found.frame) == frame


def test_video_of_the_library_plays_in_parts_with_captions(client, html_of, make_document):
    film, words = make_document("film.mp4"), make_document("film.vtt", b"WEBVTT\n")
    html = html_of(("video", played(file=film.pk, captions=words.pk)))
    source = re.search(r'<source src="([^"]+)" type="video/mp4">', html)[1]
    captions = re.search(r'<track kind="captions" src="([^"]+)"', html)[1]
    part = client.get(source, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.getvalue(), part["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert (part["Content-Type"], part["X-Content-Type-Options"]) == ("video/mp4", "nosniff")
    assert client.get(captions)["Content-Type"].startswith("text/vtt")


def test_nothing_else_plays_and_no_video_that_is_internal(client, html_of, make_document, make_piece):
    film, paper = make_document("film.mp4"), make_document("paper.pdf")
    piece = make_piece(
        "Internal", audience=Audience.SALES_ONLY, body=[{"type": "video", "value": played(file=film.pk)}]
    )
    ReferenceIndex.create_or_update_for_object(piece)
    assert client.get(f"/play/{film.pk}/{film.filename}").status_code == 404
    assert client.get(f"/play/{paper.pk}/{paper.filename}").status_code == 404
    html_of(("video", played(file=film.pk)))
    assert client.get(f"/play/{film.pk}/{film.filename}").status_code == 200
    assert client.get(f"/play/{film.pk}/other.mp4").status_code == 404
    assert client.get(f"/play/{film.pk + 100}/film.mp4").status_code == 404
    film.file.storage.delete(film.file.name)
    assert client.get(f"/play/{film.pk}/{film.filename}").status_code == 404


def test_video_that_only_a_draft_names_is_found_by_no_number(client, make_piece, make_document):
    film = make_document("film.mp4")
    piece = make_piece("Draft")
    piece.body = [("video", played(file=film))]
    piece.save_revision()
    assert client.get(film.url).status_code == 404
    assert client.get(f"/play/{film.pk}/{film.filename}").status_code == 404


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
        ("video", {"file": "film.mp4", "captions": "words.txt"}, "captions"),
        ("audio", {"file": "film.mp4"}, "file"),
        ("chart", chart("bars", 1, -1), "kind"),
        ("call", {"text": "Go", "button": "Go", "page": None, "address": ""}, "address"),
    ],
)
def test_editor_is_told_at_the_field_what_cannot_be(kind, value, field, make_document):
    block = BodyBlock().child_blocks[kind]
    if kind in ("video", "audio"):
        value = played(**value)
        named = ("file", "captions") if kind == "video" else ("file",)
        value |= {name: make_document(value[name]).pk if value[name] else None for name in named}
    with pytest.raises(StructBlockValidationError) as error:
        block.clean(block.to_python(value))
    assert list(error.value.block_errors) == [field]


def test_a_lying_video_is_sent_as_what_its_name_says_and_never_sniffed(client, html_of, make_document):
    film = make_document("film.mp4", b"<html><script>alert(1)</script></html>")
    html_of(("video", played(file=film.pk)))
    answer = client.get(f"/play/{film.pk}/{film.filename}")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("video/mp4", "nosniff")
    assert answer["Content-Security-Policy"] == "default-src 'none'"


@pytest.mark.parametrize("number", [1, 3])
def test_body_costs_the_same_with_one_block_of_a_kind_and_three(
    client, make_piece, make_document, django_assert_num_queries, number
):
    others = [make_piece(f"Other {n}") for n in range(3)]
    blocks = []
    for n in range(number):
        film = make_document(f"film{n}.mp4")
        blocks += [
            ("video", played(file=film.pk)),
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
