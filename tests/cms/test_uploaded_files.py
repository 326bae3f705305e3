"""What editors upload by hand: pictures and documents are what they say they are, or are refused with the reason."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from cms.models import LibraryDocument, LibraryImage

pytestmark = pytest.mark.django_db
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<html><script>alert(1)</script></html>"


def png():
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(client, user, where, name, content, content_type):
    client.force_login(user)
    file = SimpleUploadedFile(name, content, content_type)
    answer = client.post(reverse(where), {"title": "A file", "files[]": file, "collection": 1})
    return answer.json().get("error_message", "") if answer.status_code == 200 else answer.status_code


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("mark.svg", SVG, "Not a supported image format."),
        ("mark.png", SVG, "The extension does not match the file format (svg)"),
        ("mark.png", HTML, "Not a valid .png image."),
        ("mark.gif", png(), "The extension does not match the file format (png)"),
    ],
)
def test_picture_that_is_none_is_refused_with_the_reason(client, editor, name, content, words):
    assert words in upload(client, editor, "wagtailimages:add_multiple", name, content, "image/png")
    assert LibraryImage.objects.count() == 0


def test_document_of_another_kind_is_refused_and_a_lying_one_runs_nowhere(client, editor):
    said = upload(client, editor, "wagtaildocs:add_multiple", "page.html", HTML, "application/pdf")
    assert "“html” is not allowed" in said
    upload(client, editor, "wagtaildocs:add_multiple", "paper.pdf", HTML, "text/html")
    [document] = LibraryDocument.objects.all()
    client.logout()
    answer = client.get(document.url)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_writers_upload_and_choose_pictures_and_files_and_nobody_else_does(client, editor, marketer, owner, stranger):
    for user in (editor, marketer):
        assert upload(client, user, "wagtailimages:add_multiple", f"{user}.png", png(), "image/png") == ""
        assert upload(client, user, "wagtaildocs:add_multiple", f"{user}.pdf", b"%PDF-1.4", "application/pdf") == ""
    assert (LibraryImage.objects.count(), LibraryDocument.objects.count()) == (2, 2)
    chooser = client.get(reverse("wagtailimages_chooser:choose")).json()["html"]
    assert all(image.title in chooser for image in LibraryImage.objects.all())
    assert client.get(reverse("wagtaildocs_chooser:choose")).json()["html"].count("marketer.pdf") > 0
    for user in (owner, stranger):
        assert upload(client, user, "wagtailimages:add_multiple", "x.png", png(), "image/png") == 302
    assert LibraryImage.objects.count() == 2
