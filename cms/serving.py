"""A file as HTTP gives it: in pieces, so that it may be larger than memory; from where a broken download stopped."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def answer(request, document, *, is_open: bool = False) -> HttpResponse:
    """The document: 200, 206 for one range, 304 for what the browser has, 416 for a range beyond its end.

    `is_open`: shown by the browser where it can be, and found by search engines; else it is saved, and kept from them.
    A file without a hash has no ETag, so nobody keeps an old one. FileNotFoundError where it is gone from the disk.
    """
    return _with_headers(_answer(request, document, is_open), document, is_open)


def _answer(request, document, is_open: bool) -> HttpResponse:
    etag = _etag(document)
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if etag and any(one in ("*", etag, f"W/{etag}") for one in known):
        return HttpResponseNotModified()
    size = document.file.size
    span = _span(request, etag, size)
    if span is None:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = span
    # Under ASGI a plain iterator would be read to its end before the first byte goes out.
    body = _async_chunks if isinstance(request, ASGIRequest) else _chunks
    content = () if request.method == "HEAD" else body(document, start, end - start)
    is_part = "Range" in request.headers and (start, end) != (0, size)
    response = StreamingHttpResponse(content, status=206 if is_part else 200, content_type=document.content_type)
    if is_part:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response["Content-Length"] = str(end - start)
    is_saved = not is_open or document.content_disposition != "inline"
    response["Content-Disposition"] = content_disposition_header(is_saved, document.filename) or "inline"
    return response


def is_beginning(request, response) -> bool:
    """Does a reader get the file with this answer, from its beginning on? A continuation, a look ahead is none."""
    if request.method != "GET" or response.status_code not in (200, 206):
        return False
    ahead = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}".lower()
    ahead += request.headers.get("X-Moz", "").lower()
    if "prefetch" in ahead or "prerender" in ahead or "preview" in ahead:
        return False
    return request.headers.get("Range", "bytes=0-") == "bytes=0-"


def _span(request, etag: str, size: int) -> tuple[int, int] | None:
    """(first byte, byte after the last) of one range; all where there is none that we can follow; None beyond it."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    condition = request.headers.get("If-Range", etag)
    if not found or found.groups() == ("", "") or condition != etag:
        return 0, size
    first, last = found.groups()
    if not first:
        return (max(size - int(last), 0), size) if int(last) and size else None
    start, end = int(first), min(int(last) + 1, size) if last else size
    return (start, end) if start < end else None


def _etag(document) -> str:
    return f'"{document.file_hash}"' if document.file_hash else ""


def _with_headers(response: HttpResponse, document, is_open: bool) -> HttpResponse:
    response["Accept-Ranges"], response["X-Content-Type-Options"] = "bytes", "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'"
    response["Cache-Control"] = "private, no-cache"
    if not is_open:
        response["X-Robots-Tag"], response["Referrer-Policy"] = "noindex", "no-referrer"
    if etag := _etag(document):
        response["ETag"] = etag
    return response


def _chunks(document, start: int, length: int) -> Iterator[bytes]:
    with document.file.storage.open(document.file.name, "rb") as file:
        file.seek(start)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


async def _async_chunks(document, start: int, length: int) -> AsyncIterator[bytes]:
    chunks = _chunks(document, start, length)
    while (chunk := await asyncio.to_thread(next, chunks, b"")) != b"":
        yield chunk
