"""One-click unsubscribe (RFC 8058): GET shows a button, POST performs, twice is once.

It is written before it is answered: to the database, or, when that is away or slow, to a synced file that keeps
marketing mail from being sent until it is replayed.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.conf import settings
from django.db import Error, close_old_connections

from tracking import consent, responses, spool, tokens
from tracking.responses import Response
from tracking.seen import MAX_AGENT, Headers

logger = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds for the database
FIELD, VALUE = "List-Unsubscribe", "One-Click"
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="unsubscribe")


def read(token: str) -> tuple[str, UUID | None]:
    """(address HMAC, subject) of a token. Raises BadToken for any other text, whatever is wrong with it."""
    payload = tokens.read("unsubscribe", token)
    try:
        return payload["h"], UUID(payload["s"]) if payload.get("s") else None
    except (KeyError, ValueError, TypeError) as error:
        raise tokens.BadToken("not a token for unsubscribing") from error


def ask(token: str) -> Response:
    """The page with the one button. Changes nothing, however often it is fetched, and by whom."""
    return _page(token, is_done=False)


async def perform(token: str, headers: Headers, body: bytes) -> Response:
    """Suppress the address of the token, durably, then answer 200."""
    if _said(headers.get(b"content-type", b"").decode("latin-1"), body) != VALUE:
        why = f"the body must say {FIELD}={VALUE}, urlencoded or as multipart/form-data (RFC 8058)"
        return responses.error(400, "body", "the request", why)
    hmac, subject = read(token)
    proof = {"user_agent": headers.get(b"user-agent", b"")[:MAX_AGENT].decode("latin-1")}
    if not await _stored(hmac, subject, proof):
        try:
            await asyncio.to_thread(spool.keep_suppression, hmac, subject, proof)
        except OSError:
            logger.exception("An unsubscribe could be written neither to the database nor to the spool")
            return responses.busy()
    return _page(token, is_done=True)


async def _stored(hmac: str, subject: UUID | None, proof: dict[str, Any]) -> bool:
    work = asyncio.get_running_loop().run_in_executor(_threads, _suppress, hmac, subject, proof)
    try:
        await asyncio.wait_for(asyncio.shield(work), PATIENCE)
    except (TimeoutError, Error):
        logger.exception("The database cannot take an unsubscribe; it goes to the spool")
        return False
    return True


def _suppress(hmac: str, subject: UUID | None, proof: dict[str, Any]) -> None:
    close_old_connections()
    try:
        consent.suppress(hmac, consent.Reason.UNSUBSCRIBED, source="one_click", subject=subject, proof=proof)
    finally:
        close_old_connections()


def _said(content_type: str, body: bytes) -> str:
    """The value of the form field List-Unsubscribe, from either kind of form body."""
    if content_type.lower().startswith("multipart/form-data"):
        head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
        form = BytesParser(policy=HTTP).parsebytes(head + body)
        for part in form.iter_parts() if form.is_multipart() else ():
            if part.get_param("name", header="content-disposition") == FIELD:
                return (part.get_payload(decode=True) or b"").decode("utf-8", "replace").strip()
        return ""
    return parse_qs(body.decode("utf-8", "replace")).get(FIELD, [""])[0].strip()


def _page(token: str, is_done: bool) -> Response:
    context = {"site_name": settings.SITE_NAME, "base_url": settings.BASE_URL, "field": FIELD, "value": VALUE}
    context["data_url"] = (
        f"{settings.BASE_URL}/your-data/{token}/" if read(token)[1] else f"{settings.BASE_URL}/your-data/"
    )
    return responses.page("tracking/unsubscribe.html", is_done=is_done, **context)
