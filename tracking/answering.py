"""A reader's answer from the page script: `{"visitor": uuid, "yes": true, "wording": "en-3f2a…"}`.

Written before it is answered. The key is the one that the browser made; whoever knows it is that browser.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from django.db import Error, close_old_connections

from tracking import consent, draft, responses, wordings
from tracking.responses import Response
from tracking.seen import MAX_AGENT

logger = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds for the database; the script asks again on the next page
MAX_WORDING = 60
SOURCES = ("banner", "data_page")
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="answers")


async def perform(body: bytes, headers: dict[bytes, bytes]) -> Response:
    """Write it to the consent log; 503 when that takes too long, and nothing was acknowledged."""
    key, yes, wording, source = read(body)
    objects = headers.get(b"sec-gpc") == b"1" or headers.get(b"dnt") == b"1"
    if yes and objects:
        why = "this browser says that it does not want to be tracked; its signal counts"
        raise draft.Malformed("yes", "the answer", why)
    proof = {"user_agent": headers.get(b"user-agent", b"").decode("latin-1")[:MAX_AGENT]}
    work = asyncio.get_running_loop().run_in_executor(_threads, _write, key, yes, source, wording, proof)
    try:
        await asyncio.wait_for(asyncio.shield(work), PATIENCE)
    except (TimeoutError, Error):
        logger.exception("A reader's answer could not be written in time")
        return responses.busy()
    return responses.as_json(200, {"yes": yes})


def read(body: bytes) -> tuple[UUID, bool, str, str]:
    """(key, yes?, version of the wording, where it was said). Raises draft.Malformed."""
    data = draft.parsed(body)
    if not isinstance(data, dict) or not isinstance(data.get("yes"), bool):
        raise draft.Malformed("yes", "the answer", "say true or false")
    wording, source = data.get("wording", ""), data.get("source", SOURCES[0])
    if not isinstance(wording, str) or len(wording) > MAX_WORDING or source not in SOURCES:
        raise draft.Malformed("wording", "the answer", f"a text of at most {MAX_WORDING} characters")
    try:
        return UUID(data.get("visitor")), data["yes"], wording, source
    except (TypeError, ValueError, AttributeError) as error:
        raise draft.Malformed("visitor", "the answer", "it is the key that this browser made, a UUID") from error


def _write(key: UUID, yes: bool, source: str, wording: str, proof: dict[str, Any]) -> None:
    close_old_connections()
    try:
        consent.answer(key, wordings.SITE_PROFILE, yes, source=source, wording=wording, proof=proof)
    finally:
        close_old_connections()
