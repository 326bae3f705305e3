"""Files behind a gate: found by nobody without a signed link, counted once a contact and day, however large."""

import asyncio
import re
from unittest.mock import patch
from uuid import UUID

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.db import OperationalError
from django.test import AsyncRequestFactory
from django.urls import reverse
from wagtail.models import ReferenceIndex

from cms import serving
from cms.gates import links
from cms.models import AssetFile, GateSubmission
from cms.models.pages import Audience
from nurture import pipeline as decisions
from nurture.contacts.models import Contact, Engagement
from tests.cms.gates.conftest import VISITOR
from tests.cms.sitemaps import whole_sitemap
from tracking import consent, tokens, wordings
from tracking.models import ConsentEvent, Event

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
LISTS = ("/", "/search/?q=paper", "/search/", "/feed/", "/feed/atom/", "/api/v1/assets", "/a-paper/")


def downloads():
    return list(Event.objects.filter(kind="asset_downloaded"))


def path_of(reader, answer):
    page = reader.client.get(answer["Location"]).content.decode()
    return re.search(r'class="gate-file" href="([^"]+)"', page)[1]


def test_gated_file_is_found_by_no_number_list_feed_search_or_interface(client, piece, document, make_document):
    open_one = make_document("open.pdf")
    ReferenceIndex.create_or_update_for_object(piece)
    for number in (*range(1, 60), *range(60, 5001, 97), document.pk):
        for name in {"paper.pdf", document.filename}:
            assert client.get(f"/documents/{number}/{name}").status_code == 404
    assert client.get(open_one.url).status_code == 200
    for path in (*LISTS, *whole_sitemap(client)):
        page = client.get(path).content.decode()
        assert "paper.pdf" not in page
        assert "/documents/" not in page
    for path in ("/", "/search/?q=paper", "/feed/", "/api/v1/assets"):
        assert "a-paper" in client.get(path).content.decode(), path
    assert "/a-paper/" in "".join(whole_sitemap(client).values())
    assert "noindex" not in client.get("/a-paper/").content.decode()
    assert client.get(f"/media/{document.file.name}").status_code == 404


def test_file_behind_a_gate_stays_there_whoever_else_names_it(client, piece, document, make_piece):
    text = f'<p>See <a linktype="document" id="{document.pk}">it</a>.</p>'
    other = make_piece("Open", body=[{"type": "text", "value": text}])
    ReferenceIndex.create_or_update_for_object(other)
    assert client.get(document.url).status_code == 404


def test_file_of_an_unpublished_version_is_found_by_nobody(client, make_piece, document, gate, stages, marketer):
    piece = make_piece("Draft", live=False, audience=Audience.GATED, gate=gate, primary_stage=stages[0])
    piece.files.add(AssetFile(document=document))
    piece.save_revision()
    assert AssetFile.objects.count() == 0
    assert client.get(document.url).status_code == 404
    client.force_login(marketer)
    assert client.get(document.url).status_code == 200


def test_open_piece_offers_its_files_to_everybody(client, make_gated, document):
    piece = make_gated("Open", audience=Audience.PUBLIC, gate=None)
    ReferenceIndex.create_or_update_for_object(piece)
    assert document.url in client.get(piece.url).content.decode()
    assert client.get(document.url).status_code == 200


def test_download_counts_once_a_contact_and_day_and_only_a_readers(reader, later):
    answer = reader.fill(visitor=VISITOR)
    path, client = path_of(reader, answer), reader.client
    etag = client.head(path)["ETag"]
    part = client.get(path, headers={"Range": "bytes=4-7"})
    assert (part.status_code, b"".join(part), part["Content-Range"]) == (206, b"-1.4", "bytes 4-7/22")
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    client.get(path, headers={"Sec-Purpose": "prefetch;prerender"})
    client.get(path, headers={"Purpose": "prefetch"})
    assert downloads() == []
    client.get(path, headers={"User-Agent": "Mimecast-Scanner/1.0 (+https://scan.example)"})
    assert [event.verdict for event in downloads()] == ["robot"]
    for _n in range(3):
        assert b"".join(client.get(path).streaming_content).startswith(b"%PDF")
    human = [event for event in downloads() if event.verdict == "human"]
    assert [event.properties["subject"] for event in human] == [Contact.objects.get().subject.hex]
    second = path_of(reader, reader.fill(visitor=VISITOR))
    client.get(second)
    assert len(downloads()) == 2
    later(days=1)
    client.get(path_of(reader, reader.fill(visitor=VISITOR)))
    assert len(downloads()) == 3


def test_download_and_form_stand_on_the_timeline_of_who_sent_it(reader, piece):
    path = path_of(reader, reader.fill())
    reader.client.get(path)
    decisions.react()
    kinds = Engagement.objects.filter(contact=Contact.objects.get(), asset=piece).values_list("kind", "by_mail_link")
    assert sorted(kinds) == [("asset_downloaded", False), ("form_submitted", False)]


@pytest.mark.parametrize(
    ("modes", "objects", "expected"),
    [({"*": "consented"}, False, [True]), ({"*": "consented"}, True, []), ({"*": "aggregate"}, False, [])],
)
def test_mailed_link_counts_for_its_reader_with_the_remark_unless_they_object(
    reader, mailoutbox, settings, document, modes, objects, expected
):
    settings.TRACKING_CONSENT = modes
    reader.fill()
    subject = Contact.objects.get().subject
    if objects:
        consent.answer(subject, wordings.CLICK_PROFILE, False, source="preference_page", wording="x", proof={})
    page = "/" + mailoutbox[0].body.split("http://")[1].split("\n")[0].partition("/")[2]
    there = reader.client.post(page, {"document": document.pk})
    reader.client.get(there["Location"])
    decisions.react()
    found = Engagement.objects.filter(kind="asset_downloaded").values_list("by_mail_link", flat=True)
    assert list(found) == expected
    assert len(downloads()) == 1


def test_mailed_link_in_a_browser_that_objects_is_nobodys_and_the_signal_is_written(reader, mailoutbox, document):
    reader.fill()
    page = "/" + mailoutbox[0].body.split("http://")[1].split("\n")[0].partition("/")[2]
    there = reader.client.post(page, {"document": document.pk})
    assert reader.client.get(there["Location"], headers={"Sec-GPC": "1"}).status_code == 200
    decisions.react()
    assert not Engagement.objects.filter(kind="asset_downloaded").exists()
    assert len(downloads()) == 1
    said = ConsentEvent.objects.filter(purpose=wordings.CLICK_PROFILE).values_list("subject", "action", "source")
    assert list(said) == [(Contact.objects.get().subject, "withdrawn", "signal")]


def test_link_taken_back_by_a_marketer_gives_nothing(reader, marketer, gate):
    path = path_of(reader, reader.fill())
    reader.client.force_login(marketer)
    row = GateSubmission.objects.get()
    reader.client.post(reverse("gates:decide", args=[gate.pk, row.pk]), {"verdict": "revoke"})
    reader.client.logout()
    page = reader.client.get(path)
    assert page.status_code == 410
    assert f"/get/{reader.piece.pk}/" in page.content.decode()


def test_link_of_an_erased_contact_gives_nothing(reader):
    path = path_of(reader, reader.fill())
    GateSubmission.objects.update(subject=UUID(int=99))
    assert reader.client.get(path).status_code == 410


def test_link_is_for_one_file_and_one_piece(reader, make_document, piece, document):
    path = path_of(reader, reader.fill())
    AssetFile.objects.create(page=piece, document=make_document("other.pdf"))
    assert reader.client.get(path.replace("paper.pdf", "other.pdf"))["Content-Disposition"].endswith('paper.pdf"')
    AssetFile.objects.filter(document=document).delete()
    assert reader.client.get(path).status_code == 410
    AssetFile.objects.create(page=piece, document=document)
    piece.live = False
    piece.save()
    assert reader.client.get(path).status_code == 410


@pytest.mark.parametrize("token", ["x", "v1.a.b.c", "v1." + "x" * 5000, "ü\0", "%00", "v1.k1.e30.AAAA"])
def test_forged_link_is_answered_kindly(client, piece, token):
    for path in ("get/file/{}/a.pdf", "get/files/{}/", "get/again/{}/"):
        answer = client.post(f"/{path.format(token)}") if "again" in path else client.get(f"/{path.format(token)}")
        assert answer.status_code == 404
        assert "not one of ours" in answer.content.decode() or "\0" in token


def test_token_of_another_purpose_opens_nothing(reader, client):
    submission = (reader.fill(), GateSubmission.objects.get())[1]
    said = {"k": submission.key.hex, "d": 0, "c": submission.subject.hex, "x": 9e9}
    assert client.get(reverse("gate_files", args=[tokens.sign("download", said)])).status_code == 200
    assert client.get(reverse("gate_files", args=[tokens.sign("link", said)])).status_code == 404


def test_page_with_links_is_told_to_nobody(reader):
    page = reader.client.get(reader.fill()["Location"])
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert "pixel.js" not in page.content.decode()


def test_file_gone_from_the_disk_is_an_answer(reader, document):
    path = path_of(reader, reader.fill())
    document.file.storage.delete(document.file.name)
    assert reader.client.get(path).status_code == 503


def test_database_that_cannot_record_keeps_nobody_from_the_file(reader):
    path = path_of(reader, reader.fill())
    with patch("cms.gates.file_views.asset_downloaded.send", side_effect=OperationalError):
        assert reader.client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("asked", "status", "got"),
    [
        ("bytes=0-", 200, b"0123456789"),
        ("bytes=3-", 206, b"3456789"),
        ("bytes=2-4", 206, b"234"),
        ("bytes=-3", 206, b"789"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=10-", 416, b""),
        ("bytes=5-2", 416, b""),
        ("bytes=0-1,4-5", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
        ("bytes=-", 200, b"0123456789"),
    ],
)
def test_range_is_followed(rf, make_document, asked, status, got):
    answer = serving.answer(rf.get("/", headers={"Range": asked}), make_document("ten.txt", b"0123456789"))
    assert (answer.status_code, b"".join(answer)) == (status, got)


def test_range_of_a_file_that_has_changed_gives_all_of_it(rf, make_document):
    document = make_document("ten.txt", b"0123456789")
    headers = {"Range": "bytes=3-", "If-Range": '"other"'}
    assert b"".join(serving.answer(rf.get("/", headers=headers), document)) == b"0123456789"


@pytest.mark.parametrize("server", ["wsgi", "asgi"])
def test_large_file_is_never_in_memory_as_a_whole(rf, make_document, server):
    document = make_document("large.zip", b"x" * (serving.CHUNK * 3 + 5))
    request = AsyncRequestFactory().get("/") if server == "asgi" else rf.get("/")
    answer = serving.answer(request, document)
    assert answer.is_async == isinstance(request, ASGIRequest)
    if server == "asgi":
        return
    sizes = [len(chunk) for chunk in answer]
    assert (max(sizes), sum(sizes)) == (serving.CHUNK, serving.CHUNK * 3 + 5)


def test_asynchronous_server_reads_in_parts(make_document):
    document = make_document("large.zip", b"x" * (serving.CHUNK * 2 + 5))

    async def read():
        answer = serving.answer(AsyncRequestFactory().get("/"), document)
        return [len(chunk) async for chunk in answer]

    assert asyncio.run(read()) == [serving.CHUNK, serving.CHUNK, 5]


def test_link_says_whose_and_until_when(reader):
    submission = (reader.fill(), GateSubmission.objects.get())[1]
    token = links.page_url(submission, by_mail=True).rstrip("/").rpartition("/")[2]
    link = links.read(token)
    assert (link.key, link.document, link.by_mail) == (submission.key, None, True)
    assert link.subject == submission.subject.hex


def test_file_that_the_text_of_a_gated_piece_offers_stands_behind_its_gate_too(
    client, reader, piece, make_document, gate
):
    sheet = make_document("sheet.xlsx", b"numbers")
    piece.body = [("download", {"document": sheet, "label": "The worksheet"})]
    piece.save()
    ReferenceIndex.create_or_update_for_object(piece)
    html = client.get("/a-paper/").content.decode()
    assert sheet.url not in html
    assert html.count(f'action="/get/{piece.pk}/"') == 2
    assert client.get(sheet.url).status_code == 404
    page = client.get(reader.fill()["Location"]).content.decode()
    addresses = re.findall(r'class="gate-file" href="([^"]+)"', page)
    assert [client.get(address.replace("&amp;", "&")).getvalue() for address in addresses][1:] == [b"numbers"]
