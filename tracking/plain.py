"""Events as nearly all of them are: read, judged and written again by types, in C, before Python looks at them.

What is not plainly one of these is left to `tracking.draft`, which judges by words and says what is wrong. Whatever is
taken here would be taken there, and give the same row (tests/tracking/test_plain.py).
"""

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from tracking import rows
from tracking.kinds import KINDS, NOT_FOR_BROWSERS
from tracking.rows import Row
from tracking.seen import Seen

MAX_BODY = 4 * 1024  # bytes: below what properties alone may have, so they are not measured
IS_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
IS_HEX = re.compile(r"[0-9a-f]{32}").fullmatch
Url = Annotated[str, Meta(max_length=rows.MAX_URL)]


class Plain(Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """What a page tells: no link token, no time of its own, nothing nested. Without uuid and kind, a payload."""

    uuid: str = ""
    kind: Literal[tuple(kind for kind in KINDS if kind not in NOT_FOR_BROWSERS)] = ""  # type: ignore[valid-type]
    url: Url = ""
    referrer: Url = ""
    title: Annotated[str, Meta(max_length=rows.MAX_TITLE)] = ""
    visitor: str = ""
    properties: dict[str, str | int | float | bool | None] = {}


_decode = msgspec.json.Decoder(Plain).decode
_encode = msgspec.json.Encoder().encode


def of_body(body: bytes, seen: Seen, received_at: str) -> Row | None:
    """The row of a plain event in JSON; None for anything else, well formed or not."""
    # NUL and lone surrogates, which no database stores, can only be written by escapes.
    if len(body) > MAX_BODY or b"\\u" in body:
        return None
    try:
        return _row(_decode(body), seen, received_at)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def of_fields(fields: dict[str, Any], seen: Seen, received_at: str) -> Row | None:
    """The row of a plain event in texts by name, as a query has them; None for anything else."""
    try:
        return _row(msgspec.convert(fields, Plain), seen, received_at)
    except msgspec.ValidationError:
        return None


def _row(said: Plain, seen: Seen, received_at: str) -> Row | None:
    uuid, kind = said.uuid, said.kind
    if not kind or (said.visitor and not IS_UUID(said.visitor)):
        return None
    if IS_UUID(uuid):
        uuid = uuid.replace("-", "")
    elif not IS_HEX(uuid):
        return None
    said.uuid = said.kind = ""
    if seen.objects:  # a browser that asks not to be tracked is not told apart from others
        said.visitor = ""
    payload = _encode(said).decode()
    return rows.made((uuid, kind, seen.source, received_at, received_at, payload, seen.facts))
