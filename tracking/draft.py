"""From bytes of the open internet to a validated draft, as a row of texts, or `Malformed`: what, where and why.

Nothing here touches a database: shapes, sizes, signatures and times are judged, meaning is left to the pipeline.
"""

import json
from datetime import UTC, datetime
from math import isfinite
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import UUID

import msgspec

from cms import clock
from tracking import plain, rows, times, tokens, verdicts
from tracking.kinds import KINDS, NOT_FOR_BROWSERS
from tracking.rows import MAX_TITLE, MAX_URL, Row, as_json
from tracking.seen import Seen, with_sign

MAX_BODY = 64 * 1024  # bytes
MAX_EVENTS = 100
MAX_FIELDS = 20  # of a query
MAX_PROPERTIES = 8 * 1024  # characters of JSON
MAX_DEPTH = 5
FIELDS = frozenset(
    {"uuid", "kind", "url", "referrer", "title", "visitor", "link", "occurred_at", "properties", "staff"}
)
TEXTS = (("url", MAX_URL), ("referrer", MAX_URL), ("title", MAX_TITLE))
KNOWN_KINDS = frozenset(KINDS)
REPLACEMENT = "\ufffd".encode()  # of a NUL, which no database stores
PIXEL_NAMES = {"k": "kind", "u": "url", "r": "referrer", "v": "visitor", "l": "link", "e": "uuid", "s": "staff"}


class Malformed(ValueError):
    """What we cannot take, where it stands in the request, and why."""

    def __init__(self, what: str, where: str, why: str):
        super().__init__(f"{what} in {where}: {why}")
        self.what, self.where, self.why = what, where, why

    def as_json(self) -> dict[str, str]:
        return {"what": self.what, "where": self.where, "why": self.why}


def from_body(body: bytes, seen: Seen, named: dict[str, str] | None = None) -> list[Row]:
    """The events of a POST: one JSON object, or a list of at most MAX_EVENTS. All are good, or Malformed.

    `named` goes into the payload of each: by which site's key they came.
    """
    now = clock.now()
    if named is None and (row := plain.of_body(body, seen, rows.moment(now))):
        return [row]
    data = parsed(body)
    if isinstance(data, dict):
        return [_row(data, seen, now, "the event", named)]
    if not isinstance(data, list) or not data:
        raise Malformed("body", "the whole", "send one event as a JSON object, or a list of them")
    if len(data) > MAX_EVENTS:
        raise Malformed("body", "the whole", f"{len(data)} events; send at most {MAX_EVENTS} at once")
    return [_row(one, seen, now, f"event {at}", named) for at, one in enumerate(data)]


def parsed(body: bytes) -> Any:
    """The values of a JSON text in UTF-8, all of which a database can store. Malformed when it is none."""
    try:
        if b"\\u" not in body:
            return msgspec.json.decode(body)
        # NUL and lone surrogates can only be written by escapes.
        return _storable(json.loads(body.decode(), parse_constant=_no_constant, parse_float=_finite))
    except (ValueError, RecursionError) as error:
        raise Malformed("body", "the whole", f"not JSON in UTF-8 ({_short(error)})") from error


def from_query(query: bytes, seen: Seen) -> Row:
    """The event of a pixel image: ?k=kind&u=url&r=referrer&v=visitor&l=link token&e=uuid, all optional but k.

    Without `u` the address of the page is the one that the browser says it came from.
    """
    parts = query.replace(b"\0", REPLACEMENT).decode("utf-8", "replace").split("&")
    if len(parts) > MAX_FIELDS:
        raise Malformed("query", "the address", f"more than {MAX_FIELDS} fields")
    data: dict[str, Any] = {}
    for part in parts:
        name, _, value = part.partition("=")
        if value:
            data[PIXEL_NAMES.get(name) or name] = _unquoted(value) if "%" in value or "+" in value else value
    if "url" not in data:
        data["url"] = seen.referer[:MAX_URL]
    if "uuid" not in data:
        data["uuid"] = rows.fresh_uuid()
    now = clock.now()
    return plain.of_fields(data, seen, rows.moment(now)) or _row(data, seen, now, "the query")


def from_link(payload: dict[str, Any], seen: Seen) -> Row:
    """The event of a tracked link that was followed; `payload` is its token's, already verified."""
    now = clock.now()
    found: dict[str, Any] = {"url": payload["d"][:MAX_URL], "link": payload["r"]}
    if seen.referer:
        found["referrer"] = seen.referer[:MAX_URL]
    if "n" in payload:
        found |= {"mailed": True, "properties": _of_token(payload)}
    sign = verdicts.after_sending(now.timestamp() - payload["s"]) if "s" in payload else ""
    return _followed(found, seen, now, sign)


def from_trap(token: str, seen: Seen) -> Row:
    """Somebody followed the link of a page that nobody can see; `token` is that of the mail's link, if any."""
    found: dict[str, Any] = {"properties": {"trap": True}}
    if seen.referer:
        found["url"] = seen.referer[:MAX_URL]
    if token:
        found |= _link({"link": token}, "the query")
    return _followed(found, seen, clock.now(), "honeypot")


def _followed(payload: dict[str, Any], seen: Seen, now: datetime, sign: str) -> Row:
    at, facts = rows.moment(now), seen.facts
    if sign:
        facts = with_sign(facts, sign)
    return rows.made((rows.fresh_uuid(), "link_followed", seen.source, at, at, as_json(payload), facts))


def _of_token(payload: dict[str, Any]) -> dict[str, Any]:
    """What the verdict on a mail's link goes by: how many links the mail has, and whether this one is a trap."""
    return {"links": payload["n"]} | ({"trap": True} if payload.get("h") else {})


def _unquoted(value: str) -> str:
    """The text of a value in a query. A NUL, which no database stores, becomes the replacement character."""
    # Nearly all that is escaped in an address is these two; what they stand for cannot become part of an escape.
    value = value.replace("%2F", "/").replace("%3A", ":").replace("+", " ")
    if "%" not in value:
        return value
    return unquote_to_bytes(value).replace(b"\0", REPLACEMENT).decode("utf-8", "replace")


def _row(data: Any, seen: Seen, now: datetime, where: str, named: dict[str, str] | None = None) -> Row:
    if not isinstance(data, dict):
        raise Malformed("event", where, "not a JSON object")
    if not FIELDS.issuperset(data):
        unknown = sorted(data.keys() - FIELDS)[0]
        raise Malformed(_short(unknown), where, f"no such field; known: {', '.join(sorted(FIELDS))}")
    uuid = _uuid(data, "uuid", where)
    if not uuid:
        raise Malformed("uuid", where, "missing; it is made by the client, so that a resend counts once")
    received_at = rows.moment(now)
    at = data.get("occurred_at")
    occurred_at, note = (received_at, {}) if at is None else _occurred_at(at, seen, now, where)
    return Row(
        uuid.replace("-", ""),
        _kind(data, seen, where),
        seen.source,
        occurred_at,
        received_at,
        as_json(_payload(data, seen, where) | note | (named or {})),
        with_sign(seen.facts, "staff") if data.get("staff") else seen.facts,
    )


def _payload(data: dict[str, Any], seen: Seen, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, longest in TEXTS:
        if name in data and (text := _text(data, name, where, longest)):
            found[name] = text
    # A browser that asks not to be tracked is not told apart from others, whatever a script sent.
    if "visitor" in data and (visitor := _uuid(data, "visitor", where)) and not seen.objects:
        found["visitor"] = visitor
    if "link" in data:
        found |= _link(data, where)
    if "properties" in data and (properties := _properties(data, where)):
        found["properties"] = properties
    return found


def _kind(data: dict[str, Any], seen: Seen, where: str) -> str:
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in KNOWN_KINDS:
        raise Malformed("kind", where, f"{_short(repr(kind))} is none of {', '.join(KINDS)}")
    if kind in NOT_FOR_BROWSERS and not (seen.scope or (kind == "mail_opened" and data.get("link"))):
        raise Malformed("kind", where, f"{kind} is taken with a write key only")
    return kind


def _occurred_at(text: Any, seen: Seen, now: datetime, where: str) -> tuple[str, dict[str, str]]:
    """When it happened, as far as that is believed, and the note where it is not."""
    try:
        at = datetime.fromisoformat(text)
        utc = at.astimezone(UTC)  # OverflowError: the last evening of the year 9999, west of Greenwich
    except (TypeError, ValueError, OverflowError) as error:
        raise Malformed("occurred_at", where, f"{_short(repr(text))} is no ISO 8601 time") from error
    if at.tzinfo is None:
        raise Malformed("occurred_at", where, "has no time zone; end it with Z or +01:00")
    if utc < times.EARLIEST:
        raise Malformed("occurred_at", where, f"before {times.EARLIEST.year}")
    at = times.believed(utc, seen, now)
    return at.isoformat(), times.note(utc, at)


def _link(data: dict[str, Any], where: str) -> dict[str, Any]:
    """`link`: the ref of the link token, as hex; `mailed` when it is a mail's own link. Empty when there is none."""
    token = _text(data, "link", where, tokens.MAX_LENGTH)
    if not token:
        return {}
    try:
        if data.get("kind") == "mail_opened":
            payload = tokens.read("open", token)
            return {"link": UUID(payload["r"]).hex, "subject": UUID(payload["u"]).hex}
        payload = tokens.read("link", token)
        return {"link": UUID(payload["r"]).hex} | ({"mailed": True} if "n" in payload else {})
    except (tokens.BadToken, KeyError, ValueError, AttributeError) as error:
        raise Malformed("link", where, _short(error)) from error


def _uuid(data: dict[str, Any], name: str, where: str) -> str:
    """A UUID in its usual form, "" when there is none."""
    text = data.get(name)
    if text in (None, ""):
        return ""
    try:
        # Nearly all come in the usual form; reading them another time to write them alike costs more than to look.
        return text if plain.IS_UUID(text) else str(UUID(text))
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
    if deeper_than(MAX_DEPTH, properties):
        raise Malformed("properties", where, f"nested more than {MAX_DEPTH} deep")
    size = len(as_json(properties))
    if size > MAX_PROPERTIES:
        raise Malformed("properties", where, f"{size} characters; at most {MAX_PROPERTIES}")
    return properties


def deeper_than(levels: int, value: Any) -> bool:
    """Are there more levels of lists and objects inside one another?"""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inside is None:
        return False
    return levels == 0 or any(deeper_than(levels - 1, one) for one in inside)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    if not isfinite(number := float(text)):
        raise ValueError("a number is too large")
    return number


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
