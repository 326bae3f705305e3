"""A piece with every kind of block: readable on each screen, and no other host is asked before a reader asks for it."""

import io
import re
import wave

import pytest
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image

from cms.models import AssetPage, HomePage, LibraryDocument, LibraryImage
from tests.browser.conftest import NARROW, WIDE, overflows, violations

NARROWEST = {"width": 320, "height": 640}
ELSEWHERE = re.compile("https://.*")
PLAYER = "https://www.youtube-nocookie.com/embed/abcdefghij0?autoplay=1"


def _sound():
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 1, 8000, 0, "NONE", ""))
        sound.writeframes(b"\x80" * 800)
    return file.getvalue()


def _words(code, said):
    text = f"WEBVTT\n\n00:00.000 --> 00:09.000\n{said}\n"
    return LibraryDocument.objects.create(title=code, file=ContentFile(text.encode(), name=f"{code}.vtt"))


@pytest.fixture(scope="module")
def piece(site):
    picture = io.BytesIO()
    Image.new("RGB", (1280, 720), "#8a9aa8").save(picture, "PNG")
    face = LibraryImage.objects.create(title="Face", file=ImageFile(picture, name="face.png"))
    sound = LibraryDocument.objects.create(title="Sound", file=ContentFile(_sound(), name="sound.ogg"))
    words = [_words(code, said) for code, said in (("en", "It is cold."), ("nl", "Het is koud."))]
    tracks = [
        {"file": words[0].pk, "kind": "captions", "language": "en"},
        {"file": words[1].pk, "kind": "subtitles", "language": "nl"},
    ]
    home = HomePage.objects.get()
    other = home.add_child(instance=AssetPage(title="What a warm hour costs"))
    played = {"file": None, "address": "", "transcript": ""}
    video = {"title": "The talk", "poster": face.pk, "tracks": [], "address": "https://youtu.be/abcdefghij0"}
    points = [{"label": label, "number": number} for label, number in (("At the dock", 43), ("On the road", 31.5))]
    chart = {"title": "Warm loads by cause", "kind": "bars", "unit": "%", "points": points, "source": "Our count"}
    call = {"text": "Count your own.", "button": "Open the worksheet", "page": other.pk, "address": ""}
    said = {"text": "We stopped guessing.", "name": "Ines Falk", "role": "Head of quality", "portrait": face.pk}
    statistic = {"number": "43 %", "words": "of warm loads begin at the dock.", "source": "Our count"}
    body = [
        {"type": "text", "value": "<p>Before.</p>"},
        {"type": "quote", "value": said},
        {"type": "statistic", "value": statistic},
        {"type": "chart", "value": chart},
        {"type": "chart", "value": chart | {"kind": "line", "title": "By month"}},
        {"type": "video", "value": played | video | {"transcript": "<p>Spoken.</p>"}},
        {"type": "audio", "value": played | {"title": "The interview", "file": sound.pk}},
        {"type": "audio", "value": played | {"title": "The talk, heard", "file": sound.pk, "tracks": tracks}},
        {"type": "audio", "value": played | {"title": "Episode 3", "address": "https://open.spotify.com/episode/a1"}},
        {"type": "download", "value": {"document": sound.pk, "label": "The recording"}},
        {"type": "call", "value": call},
        {"type": "related", "value": {"heading": "", "pieces": [other.pk]}},
    ]
    return home.add_child(instance=AssetPage(title="Every block", slug="every-block", body=body))


def read(page, site, piece):
    page.goto(f"{site.url}/{piece.slug}/")
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW, NARROWEST], ids=["wide", "narrow", "narrowest"])
def test_every_block_is_readable(site, new_page, piece, viewport, scheme):
    page = new_page(viewport=viewport, color_scheme=scheme)
    read(page, site, piece)
    assert violations(page) == []
    assert not overflows(page)


def test_player_loads_where_its_picture_stood_and_only_when_it_is_asked_for(site, new_page, piece):
    page = new_page()
    asked = []
    page.context.route(ELSEWHERE, lambda route: (asked.append(route.request.url), route.fulfill(body="<p>player</p>")))
    read(page, site, piece)
    assert asked == []
    link = page.locator("a.player-video")
    assert "Only then is www.youtube-nocookie.com told" in link.inner_text()
    link.focus()
    before = link.bounding_box()
    with page.expect_event("framenavigated", lambda frame: frame.url == PLAYER):
        page.keyboard.press("Enter")
    frame = page.locator("iframe.player-video")
    assert (frame.get_attribute("title"), frame.bounding_box()) == ("The talk", before)
    page.wait_for_function("document.activeElement.tagName === 'IFRAME'")
    assert asked == [PLAYER]


def test_captions_stand_from_the_start_and_another_language_can_be_chosen(site, new_page, piece):
    page = new_page()
    read(page, site, piece)
    player = page.locator("video.played-spoken")
    tracks = "player => [...player.textTracks].map(one => [one.kind, one.language, one.label, one.mode])"
    assert player.evaluate(tracks) == [
        ["captions", "en", "English (captions)", "showing"],
        ["subtitles", "nl", "Nederlands", "disabled"],
    ]
    player.evaluate("player => { player.textTracks[1].mode = 'showing'; }")
    words = "() => [...document.querySelector('video.played-spoken').textTracks].map(one => one.cues?.[0]?.text)"
    page.wait_for_function(f"({words})().every(Boolean)")
    assert page.evaluate(words) == ["It is cold.", "Het is koud."]


def test_without_scripts_the_player_is_a_link(site, new_page, piece):
    page = new_page(java_script_enabled=False)
    read(page, site, piece)
    link = page.locator("a.player-video")
    assert link.get_attribute("href") == "https://youtu.be/abcdefghij0"
    assert "Watch at YouTube" in link.inner_text()
    assert "Plays here" not in link.inner_text()
