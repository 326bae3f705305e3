"""Fetching what others name: only from the public internet, no more and no longer than wanted, and only pictures."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO, StringIO
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from PIL import Image

from cms.importers import fetched, fetching
from cms.importers.fetched import FetchedPictures
from cms.importers.fetching import FetchError, fetch, is_public
from cms.models import AssetPage, LibraryDocument, LibraryImage
from tests.cms.importers.test_wordpress import export, item


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.1.2.3", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "ff02::1", "198.18.0.1", "192.0.2.1",
    ],
)  # fmt: skip
def test_address_inside_is_not_public(address):
    assert not is_public(address)


def test_address_outside_is_public():
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1::1")


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("ftp://a.example/x", "only http and https addresses are fetched"),
        ("file:///etc/passwd", "only http and https addresses are fetched"),
        ("http://", "only http and https addresses are fetched"),
        ("http://a.example:22/", "port 22 is not asked"),
        ("http://a.example:x/", "it is no address"),
        ("http://me:secret@a.example/", "the address holds a password"),
        (f"http://{'ü' * 64}.example/", "it is no address"),
        ("http://a\0b.example/", "there is no such host"),
        ("http://127.0.0.1/", "the host is not on the public internet"),
        ("http://2130706433/", "the host is not on the public internet"),
        ("http://１２７.0.0.1/", "the host is not on the public internet"),
        ("http://[::ffff:127.0.0.1]/", "the host is not on the public internet"),
    ],
)
def test_address_that_is_not_fetched_says_why(address, why):
    with pytest.raises(FetchError, match=why):
        fetch(address, 100)


def test_host_with_one_address_inside_is_refused(monkeypatch):
    found = [(0, 0, 0, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)
    with pytest.raises(FetchError, match="not on the public internet"):
        fetch("http://both.example/", 100)


def picture(color="red"):
    file = BytesIO()
    Image.new("RGB", (8, 8), color).save(file, "PNG")
    return file.getvalue()


class Host(BaseHTTPRequestHandler):
    """Answers as hosts do that mean no good."""

    answers: dict = {}
    asked: list = []

    def do_GET(self):
        Host.asked.append((self.path, self.headers["Host"]))
        status, headers, content = Host.answers[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture
def host(monkeypatch):
    """A host on this machine, which counts as public, reached by the name pinned.example; nothing else does."""
    server = HTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(fetching, "PORTS", {"http": server.server_port, "https": 443})
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    addresses = {"pinned.example": "127.0.0.1", "inside.example": "10.0.0.1"}
    addresses |= dict.fromkeys(["xn--mnchen-3ya.example", "2606:2800:220:1::1"], "127.0.0.1")
    looked_up = []

    def look_up(name, port, **options):
        looked_up.append(name)
        return [(0, 0, 0, "", (addresses[name], port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda name, *args, **more: look_up(name, *args, **more) if name in addresses else real(name, *args, **more),
    )
    Host.answers, Host.asked = {}, []
    yield looked_up
    server.shutdown()
    server.server_close()


def test_name_is_looked_up_once_and_the_host_hears_its_name(host):
    Host.answers["/a?b=1"] = (200, {}, b"x" * 100)
    assert fetch("http://pinned.example/a?b=1#c", 100).content == b"x" * 100
    assert (host, Host.asked) == (["pinned.example"], [("/a?b=1", "pinned.example")])


def test_host_hears_its_name_in_ascii_and_an_address_in_brackets(host):
    Host.answers["/%C3%BC"] = (200, {}, b"x")
    fetch("http://München.example/ü", 100)
    fetch("http://[2606:2800:220:1::1]/ü", 100)
    assert host == ["xn--mnchen-3ya.example", "2606:2800:220:1::1"]
    assert [name for _path, name in Host.asked] == ["xn--mnchen-3ya.example", "[2606:2800:220:1::1]"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((302, {"Location": "http://inside.example/"}, b""), "not on the public internet"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "only http and https"),
        ((302, {"Location": "/a"}, b""), "more than 5 redirects"),
        ((404, {}, b"x"), "the host answered 404"),
        ((200, {}, b"x" * 2_000_000), "larger than 1 MB"),
        ((200, {"Content-Encoding": "gzip"}, b"x"), "it came compressed"),
        ((200, {"Content-Length": "500"}, b"x"), "the connection broke off"),
    ],
)
def test_host_that_means_no_good_is_left(host, answer, why):
    Host.answers["/a"] = answer
    with pytest.raises(FetchError, match=why):
        fetch("http://pinned.example/a", 1024 * 1024)


@pytest.mark.parametrize(
    "begin",
    [
        "",
        "HTTP/1.1 200 OK\r\nX: ",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
    ],
    ids=["status", "headers", "body", "chunk"],
)
def test_host_that_sends_byte_after_byte_is_left(host, monkeypatch, begin):
    cut = threading.Event()

    def trickle(handler):
        try:
            for part in (begin, *["1"] * 500):
                handler.wfile.write(part.encode())
                cut.wait(0.01)
        except OSError:
            cut.set()

    monkeypatch.setattr(Host, "do_GET", trickle)
    monkeypatch.setattr(fetching, "WHOLE_SECONDS", 0.2)
    with pytest.raises(FetchError, match=r"not done after 0\.2 seconds"):
        fetch("http://pinned.example/a", 10_000_000)
    assert cut.wait(10)


def test_time_of_redirects_counts_together(host, monkeypatch):
    now = iter(range(0, 1000, 3))
    monkeypatch.setattr(fetching, "time", SimpleNamespace(monotonic=lambda: next(now)))
    Host.answers["/a"] = (302, {"Location": "/a"}, b"")
    with pytest.raises(FetchError, match="not done after 20 seconds"):
        fetch("http://pinned.example/a", 100)
    assert len(Host.asked) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html>404</html>", "not a picture that can be read"),
        (b'<?xml version="1.0"?><svg onload="x()"/>', "SVG is not taken, as it can hold scripts"),
        (b"BM" + b"\0" * 60, "not a picture that can be read"),
        (picture()[:40], "not a picture that can be read"),
    ],
)
def test_picture_is_judged_by_what_is_in_it(host, tmp_path, content, why):
    Host.answers["/a.png"] = (200, {"Content-Type": "image/png"}, content)
    finder = FetchedPictures(kept=tmp_path / "kept")
    for _again in range(2):
        found = finder.remote("http://pinned.example/a.png")
        assert (found.path, found.why) == (None, why)
    assert len(Host.asked) == 1


def test_slice_that_has_fetched_long_enough_ends_and_the_next_finds_what_it_kept(host, tmp_path):
    Host.answers["/a.php"] = (200, {"Content-Type": "text/html"}, picture())
    found = FetchedPictures(kept=tmp_path / "kept").remote("http://pinned.example/a.php")
    assert found.path.name.endswith("~a.png")
    Host.answers["/b.png"] = Host.answers["/a.php"]
    late = FetchedPictures(kept=tmp_path / "kept", end_at=0)
    assert late.remote("http://pinned.example/a.php") == found
    assert late.remote("http://pinned.example/b.png").path.name.endswith("~b.png")
    with pytest.raises(fetched.OutOfTimeError):
        late.remote("http://pinned.example/c.png")


@pytest.mark.django_db
def test_pictures_come_only_when_asked_for_and_the_same_one_once(host, tmp_path):
    for path in ("/a.png", "/b.png"):
        Host.answers[path] = (200, {}, picture())
    Host.answers["/c.png"] = (404, {}, b"")
    base = "http://pinned.example"
    html = "".join(f'<img src="{base}/{name}.png" alt="{name}">' for name in "abc")
    path = export(tmp_path, item("One", html))

    def run(*options):
        out = StringIO()
        call_command("import_wxr", str(path), "--source", "x", *options, "-v0", stdout=out, stderr=StringIO())
        return json.loads(out.getvalue())

    assert run("--pictures", "--dry-run")["created"] == 1
    assert (run()["created"], Host.asked) == (1, [])
    assert run("--pictures")["updated"] == 1
    assert [name for name, _host in Host.asked] == ["/a.png", "/b.png", "/c.png"]
    assert (LibraryImage.objects.count(), LibraryImage.objects.get().title) == (1, "a")
    body = AssetPage.objects.get().get_latest_revision_as_object().body
    assert [block.block_type for block in body] == ["image", "image", "text"]
    assert run("--pictures") == {"created": 0, "updated": 0, "unchanged": 1, "skipped": 0, "warnings": 0, "reasons": []}


@pytest.mark.django_db
def test_pdfs_of_the_own_host_come_when_asked_for_once_each_with_an_etag_of_their_content(host, tmp_path, client):
    pdf = b"%PDF-1.4\nOne page."
    for path in ("/blog/files/a.pdf", "/copy.PDF"):
        Host.answers[path] = (200, {}, pdf)
    Host.answers["/fake.pdf"] = (200, {}, b"<html>Log in</html>")
    base = "http://pinned.example"
    hrefs = (f"{base}/blog/files/a.pdf", f"{base}/copy.PDF", f"{base}/fake.pdf", "http://inside.example/x.pdf")
    html = "".join(f'<p><a href="{href}">{href}</a></p>' for href in hrefs)
    text = item("One", html).replace("https://old.example", base)
    path = export(tmp_path, text)

    def run(*options):
        out = StringIO()
        call_command(
            "import_wxr", str(path), "--source", "x", "--publish", *options, "-v0", stdout=out, stderr=StringIO()
        )
        return json.loads(out.getvalue())

    assert (run()["created"], Host.asked, LibraryDocument.objects.count()) == (1, [], 0)
    told = run("--pictures")
    assert (told["updated"], told["warnings"]) == (1, 1)
    assert [name for name, _host in Host.asked] == ["/blog/files/a.pdf", "/copy.PDF", "/fake.pdf"]
    document = LibraryDocument.objects.get()
    source = AssetPage.objects.get().body[0].value.source
    assert source.count(f'<a id="{document.pk}" linktype="document">') == 2
    assert (f'<a href="{hrefs[2]}">' in source, f'<a href="{hrefs[3]}">' in source) == (True, True)
    assert run("--pictures")["unchanged"] == 1
    # The trap: a file without hash has the ETag "", and a browser would keep the old one for ever.
    answer = client.get(document.url)
    assert (document.file_size, len(document.file_hash)) == (len(pdf), 40)
    assert document.file_hash in answer["ETag"]
    again = client.get(document.url, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, client.get(document.url, headers={"if-none-match": '""'}).status_code) == (304, 200)
