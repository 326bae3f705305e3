"""From bytes of the open internet to a validated Draft, or `Malformed` saying what, where and why.

Nothing here touches a database: shapes, sizes, signatures and times are judged, meaning is left to the pipeline.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

from cms import clock
from tracking import tokens
from tracking.kinds import KINDS
from tracking.models import Draft
from tracking.seen import Seen

MAX_BODY = 64 * 1024  # bytes
MAX_EVENTS = 100
MAX_URL = 2000  # characters, as the column
MAX_TITLE = 300
MAX_PROPERTIES = 8 * 1024  # characters of JSON
MAX_DEPTH = 5
CLAMP = timedelta(minutes=10)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
FIELDS = {"uuid", "kind", "url", "referrer", "title", "visitor", "link", "occurred_at", "properties"}
# What the site itself records, or a signed link proves: not for anybody who can reach the endpoint to claim.
NOT_FOR_BROWSERS = {"asset_rated", "comment_posted", "link_followed", "mail_opened"}
PIXEL_NAMES = {"k": "kind", "u": "url", "r": "referrer", "v": "visitor", "l": "link", "e": "uuid"}


class Malformed(ValueError):
    """What we cannot take, where it stands in the request, and why."""

    def __init__(self, what: str, where: str, why: str):
        super().__init__(f"{what} in {where}: {why}")
        self.what, self.where, self.why = what, where, why

    def as_json(self) -> dict[str, str]:
        return {"what": self.what, "where": self.where, "why": self.why}


def from_body(body: bytes, seen: Seen) -> list[Draft]:
    """The events of a POST: one JSON object, or a list of at most MAX_EVENTS. All are good, or Malformed."""
    try:
        data = json.loads(body.decode(), parse_constant=_no_constant)
        data = _storable(data) if b"\\u" in body else data
    except (ValueError, RecursionError) as error:
        raise Malformed("body", "the whole", f"not JSON in UTF-8 ({_short(error)})") from error
    if isinstance(data, dict):
        return [_draft(data, seen, "the event")]
    if not isinstance(data, list) or not data:
        raise Malformed("body", "the whole", "send one event as a JSON object, or a list of them")
    if len(data) > MAX_EVENTS:
        raise Malformed("body", "the whole", f"{len(data)} events; send at most {MAX_EVENTS} at once")
    return [_draft(one, seen, f"event {at}") for at, one in enumerate(data)]


def from_query(query: str, seen: Seen) -> Draft:
    """The event of a pixel image: ?k=kind&u=url&r=referrer&v=visitor&l=link token&e=uuid, all optional but k.

    Without `u` the address of the page is the one that the browser says it came from.
    """
    try:
        pairs = parse_qsl(query, max_num_fields=20)
    except ValueError as error:
        raise Malformed("query", "the address", "more than 20 fields") from error
    data: dict[str, Any] = {PIXEL_NAMES.get(name, name): value.replace("\0", "\ufffd") for name, value in pairs}
    data.setdefault("url", seen.referer[:MAX_URL])
    data.setdefault("uuid", str(uuid4()))
    return _draft(data, seen, "the query")


def from_link(payload: dict[str, Any], seen: Seen) -> Draft:
    """The event of a tracked link that was followed; `payload` is its token's, already verified."""
    now = clock.now()
    found = {"url": payload["d"][:MAX_URL], "referrer": seen.referer[:MAX_URL], "link": payload["r"]}
    facts = seen.facts()
    return Draft(
        uuid=uuid4(),
        kind="link_followed",
        source=seen.source,
        occurred_at=now,
        received_at=now,
        payload={name: value for name, value in found.items() if value},
        facts=facts,
    )


def _draft(data: Any, seen: Seen, where: str) -> Draft:
    if not isinstance(data, dict):
        raise Malformed("event", where, "not a JSON object")
    if unknown := data.keys() - FIELDS:
        raise Malformed(_short(sorted(unknown)[0]), where, f"no such field; known: {', '.join(sorted(FIELDS))}")
    now = clock.now()
    return Draft(
        uuid=_uuid(data, "uuid", where) or _missing("uuid", where, "made by the client, so that a resend counts once"),
        kind=_kind(data, seen, where),
        source=seen.source,
        occurred_at=_occurred_at(data, seen, now, where),
        received_at=now,
        payload=_payload(data, seen, where),
        facts=seen.facts(),
    )


def _payload(data: dict[str, Any], seen: Seen, where: str) -> dict[str, Any]:
    visitor = _uuid(data, "visitor", where)
    found = {
        "url": _text(data, "url", where, MAX_URL),
        "referrer": _text(data, "referrer", where, MAX_URL),
        "title": _text(data, "title", where, MAX_TITLE),
        # A browser that asks not to be tracked is not told apart from others, whatever a script sent.
        "visitor": str(visitor) if visitor and not seen.objects else "",
        "link": _link(data, where),
        "properties": _properties(data, where),
    }
    return {name: value for name, value in found.items() if value}


def _kind(data: dict[str, Any], seen: Seen, where: str) -> str:
    kind = data.get("kind")
    if kind not in KINDS:
        raise Malformed("kind", where, f"{_short(repr(kind))} is none of {', '.join(KINDS)}")
    proven = seen.scope or (kind == "mail_opened" and data.get("link"))
    if kind in NOT_FOR_BROWSERS and not proven:
        raise Malformed("kind", where, f"{kind} is taken with a write key only")
    return kind


def _occurred_at(data: dict[str, Any], seen: Seen, now: datetime, where: str) -> datetime:
    """When it happened, never in the future; without a write key for history at most CLAMP ago."""
    text = data.get("occurred_at")
    if text is None:
        return now
    try:
        at = datetime.fromisoformat(text)
        utc = at.astimezone(UTC)  # OverflowError: the last evening of the year 9999, west of Greenwich
    except (TypeError, ValueError, OverflowError) as error:
        raise Malformed("occurred_at", where, f"{_short(repr(text))} is no ISO 8601 time") from error
    if at.tzinfo is None:
        raise Malformed("occurred_at", where, "has no time zone; end it with Z or +01:00")
    if utc < EARLIEST:
        raise Malformed("occurred_at", where, f"before {EARLIEST.year}")
    earliest = EARLIEST if seen.scope == "history" else now - CLAMP
    return max(earliest, min(utc, now))


def _link(data: dict[str, Any], where: str) -> str:
    """The ref of the link token, as hex; empty when there is none."""
    token = _text(data, "link", where, tokens.MAX_LENGTH)
    if not token:
        return ""
    try:
        return UUID(tokens.read("link", token)["r"]).hex
    except (tokens.BadToken, KeyError, ValueError, AttributeError) as error:
        raise Malformed("link", where, _short(error)) from error


def _uuid(data: dict[str, Any], name: str, where: str) -> UUID | None:
    text = data.get(name)
    if text in (None, ""):
        return None
    try:
        return UUID(text)
    except (TypeError, ValueError, AttributeError) as error:
        raise Malformed(name, where, f"{_short(repr(text))} is no UUID") from error


def _text(data: dict[str, Any], name: str, where: str, longest: int) -> str:
    text = data.get(name)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise Malformed(name, where, "not a text")
    if len(text) > longest:
        raise Malformed(name, where, f"{len(text)} characters; at most {longest}")
    return text


def _properties(data: dict[str, Any], where: str) -> dict[str, Any]:
    properties = data.get("properties")
    if properties is None:
        return {}
    if not isinstance(properties, dict):
        raise Malformed("properties", where, "not a JSON object")
    if _deeper_than(MAX_DEPTH, properties):
        raise Malformed("properties", where, f"nested more than {MAX_DEPTH} deep")
    try:
        size = len(json.dumps(properties, allow_nan=False))
    except ValueError as error:  # 1e999 is JSON, infinity is not
        raise Malformed("properties", where, "a number that is too large") from error
    if size > MAX_PROPERTIES:
        raise Malformed("properties", where, f"{size} characters; at most {MAX_PROPERTIES}")
    return properties


def _deeper_than(levels: int, value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inside is None:
        return False
    return levels == 0 or any(_deeper_than(levels - 1, one) for one in inside)


def _missing(name: str, where: str, why: str) -> Any:
    raise Malformed(name, where, f"missing; it is {why}")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _storable(value: Any) -> Any:
    """Without NUL and lone surrogates, which JSON can write and no database can store."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(one) for key, one in value.items()}
    return value


def _short(text: Any) -> str:
    return str(text)[:120]
