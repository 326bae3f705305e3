"""Video and sound in a piece: players of other hosts, files of ours in parts, their captions and subtitles."""

import re

import pytest
from django.core.cache import cache
from wagtail.models import ReferenceIndex

from cms import clock, players
from cms.gates import links, offers
from cms.models import AssetFile, AssetPage, Gate, GateSubmission
from cms.models.pages import Audience
from tests.cms.conftest import played, track

pytestmark = [pytest.mark.django_db, pytest.mark.db]
VIDEO_ADDRESS = "https://www.youtube.com/watch?v=abcdefghij0"
FRAME = "https://www.youtube-nocookie.com/embed/abcdefghij0?autoplay=1"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


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
    html = html_of(("video", played(file=film.pk, tracks=[track(words)])))
    source = re.search(r'<source src="([^"]+)" type="video/mp4">', html)[1]
    captions = re.search(r'<track kind="captions" src="([^"]+)"', html)[1]
    part = client.get(source, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.getvalue(), part["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert (part["Content-Type"], part["X-Content-Type-Options"]) == ("video/mp4", "nosniff")
    assert client.get(captions)["Content-Type"].startswith("text/vtt")


def test_tracks_say_their_language_and_captions_are_shown_from_the_start(html_of, make_document):
    film = make_document("film.mp4")
    dutch, german, english = (make_document(f"{name}.vtt") for name in ("nl", "de", "en"))
    rows = [track(dutch, "subtitles", "nl"), track(german, "subtitles", "de"), track(english, "captions", "en")]
    html = html_of(("video", played(file=film.pk, tracks=rows, language="en", transcript="<p>Said</p>")))
    found = re.findall(r'<track kind="(\w+)" src="[^"]+" srclang="(\w+)" label="([^"]+)"( default)?>', html)
    assert found == [
        ("subtitles", "nl", "Nederlands", ""),
        ("subtitles", "de", "Deutsch", ""),
        ("captions", "en", "English (captions)", " default"),
    ]
    assert '<div lang="en">' in html


def test_captions_kept_before_they_had_a_language_are_the_site_s(html_of, make_document, client):
    film, words = make_document("film.mp4"), make_document("film.vtt", b"WEBVTT\n")
    old = {name: value for name, value in played(file=film.pk).items() if name != "tracks"} | {"captions": words.pk}
    html = html_of(("video", old))
    assert 'srclang="en" label="English (captions)" default' in html
    assert client.get(f"/play/{words.pk}/{words.filename}").status_code == 200
    body = AssetPage.objects.get(title="Piece").body
    assert body[0].value["title"] == "A talk"
    kept = body.get_prep_value()[0]["value"]
    assert [one["value"]["file"] for one in kept["tracks"]] == [words.pk]


def test_sound_with_captions_is_shown_where_they_can_be_read(html_of, make_document):
    sound, words = make_document("talk.mp3"), make_document("talk.vtt")
    html = html_of(("audio", played(file=sound.pk, tracks=[track(words)])), ("audio", played(file=sound.pk)))
    assert re.search(r'<video class="played-audio played-spoken".*?type="audio/mpeg"><track kind="captions"', html)
    assert html.count("<audio ") == 1


def test_subtitles_that_only_a_draft_names_are_found_by_no_number(client, make_piece, make_document):
    film, words = make_document("film.mp4"), make_document("words.vtt")
    piece = make_piece("Draft")
    piece.body = [("video", played(file=film, tracks=[{"file": words, "kind": "subtitles", "language": "de"}]))]
    piece.save_revision()
    assert client.get(words.url).status_code == 404


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


def test_a_lying_video_is_sent_as_what_its_name_says_and_never_sniffed(client, html_of, make_document):
    film = make_document("film.mp4", b"<html><script>alert(1)</script></html>")
    html_of(("video", played(file=film.pk)))
    answer = client.get(f"/play/{film.pk}/{film.filename}")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("video/mp4", "nosniff")
    assert answer["Content-Security-Policy"] == "default-src 'none'"


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_recording_behind_the_gate_of_its_piece_shows_the_gate_in_place_of_the_player(
    client, make_piece, make_document, kind
):
    name = "film.mp4" if kind == "video" else "talk.mp3"
    behind, teaser = make_document(name), make_document(f"open-{name}")
    gate = Gate.objects.create(name="Talks", button="Get the recording")
    body = [{"type": kind, "value": played(file=one.pk)} for one in (behind, teaser)]
    piece = make_piece("Gated talk", audience=Audience.GATED, gate=gate, body=body)
    AssetFile.objects.create(page=piece, document=behind)
    ReferenceIndex.create_or_update_for_object(piece)
    html = client.get(piece.url).content.decode()
    prose = re.search(r'<div class="prose">.*?</article>', html, re.DOTALL)[0]
    assert (prose.count("Get the recording"), prose.count("<source ")) == (1, 1)
    assert f'action="/get/{piece.pk}/"' in prose
    answers = [client.get(f"/play/{one.pk}/{one.filename}").status_code for one in (behind, teaser)]
    assert answers == [404, 200]


@pytest.fixture
def gated_talk(make_piece, make_document):
    """(piece, recording, its captions): behind a gate by being attached, which the captions are not."""
    film, words = make_document("film.mp4"), make_document("words.vtt", b"WEBVTT\n\nZzyzx")
    gate = Gate.objects.create(name="Talks", button="Get the recording")
    body = [{"type": "video", "value": played(file=film.pk, tracks=[track(words)])}]
    piece = make_piece("Gated talk", audience=Audience.GATED, gate=gate, body=body)
    AssetFile.objects.create(page=piece, document=film)
    ReferenceIndex.create_or_update_for_object(piece)
    return piece, film, words


def found_by_number(client, document):
    paths = (f"/play/{document.pk}/{document.filename}", f"/documents/{document.pk}/{document.filename}")
    return [client.get(path).status_code for path in paths]


def test_captions_stand_behind_the_gate_of_what_they_go_with_whoever_else_plays_it(client, gated_talk, make_piece):
    piece, film, words = gated_talk
    assert words.filename not in client.get(piece.url).content.decode()
    assert [found_by_number(client, one) for one in (film, words)] == [[404, 404], [404, 404]]
    body = [{"type": "video", "value": played(file=film.pk, tracks=[track(words)])}]
    ReferenceIndex.create_or_update_for_object(make_piece("Open talk", body=body))
    assert found_by_number(client, words) == [404, 404]
    assert [(file.document_id, file.label) for file in offers.of(piece).files] == [
        (film.pk, ""), (words.pk, "English (captions)"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_what_is_said_in_a_recording_behind_a_gate_is_read_behind_it(client, make_piece, make_document, kind):
    behind, teaser = (make_document(f"{name}.{'mp4' if kind == 'video' else 'mp3'}") for name in ("talk", "teaser"))
    said = [played(file=behind.pk, transcript="<p>Zzyzx</p>"), played(file=teaser.pk, transcript="<p>Come and see</p>")]
    gate = Gate.objects.create(name="Talks", button="Get the recording")
    body = [{"type": kind, "value": value} for value in said]
    piece = make_piece("Gated talk", audience=Audience.GATED, gate=gate, body=body)
    AssetFile.objects.create(page=piece, document=behind)
    page = client.get(piece.url).content.decode()
    assert "Come and see" in page
    assert "Zzyzx" not in page
    row = GateSubmission.objects.create(
        gate=gate, asset=piece, email="reader@firm.example", state=GateSubmission.State.TAKEN, posted_at=clock.now()
    )
    files = client.get(links.page_url(row)).content.decode()
    assert "Zzyzx" in files
    assert "Come and see" not in files


def test_captions_of_a_recording_that_a_gated_piece_offers_in_its_text_stand_behind_the_gate(
    client, gated_talk, make_piece
):
    piece, film, words = gated_talk
    AssetFile.objects.all().delete()
    assert found_by_number(client, words) == [200, 200]
    piece.body.append(("download", {"document": film, "label": ""}))
    piece.save()
    ReferenceIndex.create_or_update_for_object(piece)
    assert found_by_number(client, words) == [404, 404]


def test_captions_are_open_where_the_recording_is_and_internal_with_a_sales_only_piece(client, gated_talk):
    piece, _film, words = gated_talk
    piece.audience = Audience.PUBLIC
    piece.save()
    assert found_by_number(client, words) == [200, 200]
    piece.audience = Audience.SALES_ONLY
    piece.save()
    assert found_by_number(client, words) == [404, 404]
