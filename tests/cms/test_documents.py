"""Open files by their number: in parts, unchanged, gone; and when a download is one. Who may have which: elsewhere."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from wagtail.documents.models import document_served
from wagtail.models import Collection, CollectionViewRestriction

from cms.importers import files
from cms.models import LibraryDocument

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CONTENT = b"%PDF-1.4 what it costs"


@pytest.fixture
def make_document(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def make(name="open.pdf", content=CONTENT, **fields):
        made = LibraryDocument(title=name, file=ContentFile(content, name=name), **fields)
        made._set_document_file_metadata()
        made.save()
        return made

    return make


@pytest.fixture
def heard():
    """Wagtail's signal, which says that a document was served."""
    found = []

    def hear(**said):
        found.append(said["instance"])

    document_served.connect(hear)
    yield found
    document_served.disconnect(hear)


@pytest.fixture
def document(make_document):
    return make_document()


def body(answer):
    return b"".join(answer.streaming_content)


def test_get_is_one_download(client, document, heard):
    answer = client.get(document.url)
    assert (answer.status_code, body(answer)) == (200, CONTENT)
    assert answer["Content-Length"] == str(len(CONTENT))
    assert answer["Content-Disposition"].startswith("inline")
    assert "X-Robots-Tag" not in answer
    assert heard == [document]


def test_head_tells_of_the_file_and_is_no_download(client, document, heard):
    answer = client.head(document.url)
    assert (answer.status_code, answer["Content-Length"], answer["Accept-Ranges"]) == (200, str(len(CONTENT)), "bytes")
    assert answer.content == b"" if not answer.streaming else body(answer) == b""
    assert heard == []


@pytest.mark.parametrize(
    ("asked", "status", "got"),
    [
        ("bytes=4-7", 206, CONTENT[4:8]),
        ("bytes=-5", 206, CONTENT[-5:]),
        ("bytes=9-", 206, CONTENT[9:]),
        ("bytes=0-3", 206, CONTENT[:4]),
        ("bytes=20-900", 206, CONTENT[20:]),
        ("bytes=1-2,4-5", 200, CONTENT),
        ("lines=1-2", 200, CONTENT),
    ],
)
def test_range_goes_on_where_it_broke_off_and_is_no_download(client, document, heard, asked, status, got):
    answer = client.get(document.url, headers={"Range": asked})
    assert (answer.status_code, body(answer)) == (status, got)
    assert heard == []


def test_range_beyond_the_end_is_refused_with_the_size(client, document):
    answer = client.get(document.url, headers={"Range": "bytes=900-"})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_unchanged_file_is_not_sent_again_and_is_no_download(client, document, heard, form):
    etag = client.head(document.url)["ETag"]
    answer = client.get(document.url, headers={"If-None-Match": form.format(etag)})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert heard == []


def test_range_of_a_file_that_changed_meanwhile_is_all_of_the_new_one(client, document):
    answer = client.get(document.url, headers={"Range": "bytes=4-7", "If-Range": '"older"'})
    assert (answer.status_code, body(answer)) == (200, CONTENT)


def test_changed_file_is_sent_again(client, document):
    before = client.head(document.url)["ETag"]
    document.file = ContentFile(b"%PDF-1.5 new", name="open.pdf")
    document._set_document_file_metadata()
    document.save()
    answer = client.get(document.url, headers={"If-None-Match": before})
    assert (answer.status_code, body(answer)) == (200, b"%PDF-1.5 new")


def test_file_made_without_a_hash_has_no_etag_so_nobody_keeps_an_old_one(client, make_document):
    document = make_document()
    LibraryDocument.objects.filter(pk=document.pk).update(file_hash="")
    answer = client.get(document.url, headers={"If-None-Match": '""'})
    assert (answer.status_code, "ETag" in answer) == (200, False)


def test_imported_file_has_the_etag_of_what_is_in_it(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    paths = [tmp_path / "paper.pdf", tmp_path / "later.pdf"]
    for path, content in zip(paths, (CONTENT, CONTENT + b"!"), strict=True):
        path.write_bytes(content)
    etags = [client.head(files.in_library(path)[0].url)["ETag"] for path in paths]
    assert len(set(etags)) == 2
    assert min(map(len, etags)) > 10


def test_other_kinds_are_saved_and_never_run(client, make_document):
    page = make_document("page.html", b"<script>alert(1)</script>")
    answer = client.get(page.url)
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert (answer["Content-Security-Policy"], answer["X-Content-Type-Options"]) == ("default-src 'none'", "nosniff")


def test_file_that_is_gone_from_the_disk_is_not_found(client, document, caplog):
    Path(document.file.path).unlink()
    assert client.get(document.url).status_code == 404
    assert "is not on the disk" in caplog.text


def test_other_methods_are_refused(client, document):
    assert client.post(document.url).status_code == 405


def test_file_of_a_private_collection_is_kept_by_wagtails_own_rule(client, make_document):
    collection = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
    document = make_document(collection=collection)
    assert client.get(document.url, headers={"Range": "bytes=0-3"}).status_code == 302
