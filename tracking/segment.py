"""The Segment specification: its messages as drafts, so that its client libraries work as they are.

https://segment.com/docs/connections/spec/ and …/sources/catalog/libraries/server/http-api/ for shapes, limits and
answers. docs/tracking.md says what becomes of each call.
"""

import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from tracking import draft, times, tokens
from tracking.draft import Malformed
from tracking.kinds import KINDS, NOT_FOR_BROWSERS
from tracking.rows import Row, as_json
from tracking.seen import MAX_AGENT, Seen

MAX_MESSAGE = 32 * 1024  # bytes
MAX_BATCH = 500 * 1024
CALLS = ("identify", "track", "page", "screen", "group", "alias")
NAMESPACE = UUID("6f0f7a44-6d0c-5f0e-9d55-5e6f2d7c4b10")  # of ids that are no UUIDs
MAX_ID, MAX_NAME = 200, 200

Message = dict[str, Any]


def unpacked(body: bytes, encoding: bytes) -> bytes:
    """The body without its gzip. Malformed when it is none, or more than MAX_BATCH bytes come out."""
    if encoding.strip().lower() != b"gzip":
        return body
    try:
        unzip = zlib.decompressobj(wbits=31)
        plain = unzip.decompress(body, MAX_BATCH + 1)
    except zlib.error as error:
        raise Malformed("body", "the whole", f"not gzip ({error})") from error
    if len(plain) > MAX_BATCH:
        raise Malformed("body", "the whole", f"more than {MAX_BATCH} bytes")
    if not unzip.eof:
        raise Malformed("body", "the whole", "gzip, cut off before its end")
    return plain


def rows(call: str, body: bytes, seen: Seen, now: datetime, origin: str = "") -> list[Row]:
    """The drafts of a request to /v1/CALL; `origin` is that of the page that a browser's key came from.

    Malformed when a single message, or a batch as a whole, cannot be taken. A message of a batch that cannot becomes a
    draft of the kind "malformed", which the pipeline counts as dropped: the client is told 200, as Segment does it.
    """
    limit = MAX_BATCH if call == "batch" else MAX_MESSAGE
    if len(body) > limit:
        raise Malformed("body", "the whole", f"more than {limit} bytes")
    data = draft.parsed(body)
    if not isinstance(data, dict):
        raise Malformed("body", "the whole", "not a JSON object")
    if call != "batch":
        return [_row(call, data, data, seen, now, origin)]
    messages = data.get("batch")
    if not isinstance(messages, list) or not messages:
        raise Malformed("batch", "the body", "not a list of messages")
    return [_row_or_malformed(one, data, f"message {at}", seen, now, origin) for at, one in enumerate(messages)]


def _row_or_malformed(one: Any, batch: Message, where: str, seen: Seen, now: datetime, origin: str) -> Row:
    if isinstance(one, dict) and len(as_json(one).encode()) > MAX_MESSAGE:
        raise Malformed("message", where, f"more than {MAX_MESSAGE} bytes")
    try:
        if not isinstance(one, dict) or one.get("type") not in CALLS:
            raise Malformed("type", where, f"none of {', '.join(CALLS)}")
        return _row(one["type"], one, batch, seen, now, origin)
    except Malformed as error:
        at = now.isoformat()
        why = as_json({"why": str(error)[:300], "origin": origin})
        return Row(uuid4().hex, "malformed", seen.source, at, at, why, seen.facts)


def _row(call: str, message: Message, batch: Message, seen: Seen, now: datetime, origin: str) -> Row:
    kind, properties = MEANING[call](message, seen)
    if draft.deeper_than(draft.MAX_DEPTH + 1, properties):
        raise Malformed("properties", "the message", f"nested more than {draft.MAX_DEPTH} deep")
    context = _dict(batch, "context") | _dict(message, "context")
    payload = _where(message, context) | {"properties": properties, "origin": origin, "utm": _utm(context)}
    at, note = _occurred_at(message, batch, seen, now)
    payload |= note
    visitors = [] if seen.objects else _visitors(message, bool(seen.scope))
    if visitors:
        payload["visitor"] = visitors[0]
    if visitors[1:] and kind == "person_identified":
        properties["visitors"] = visitors
    if kind in ("person_claimed", "merge_proposed"):
        properties["site"] = origin
    return Row(
        _id(message.get("messageId") or uuid4().hex).replace("-", ""),
        kind,
        seen.source,
        at.isoformat(),
        now.isoformat(),
        as_json({name: value for name, value in payload.items() if value}),
        _facts(context, seen),
    )


def _identify(message: Message, seen: Seen) -> tuple[str, Message]:
    """A server is believed; what a browser says of its reader is a claim: of its traits the address alone is kept."""
    traits = _dict(message, "traits") or _dict(_dict(message, "context"), "traits")
    if not seen.scope:
        address = traits.get("email")
        told = {"email": address[:MAX_NAME]} if isinstance(address, str) else {}
        return "person_claimed", {"traits": told, "key": seen.key}
    return "person_identified", {"traits": traits}


def _track(message: Message, seen: Seen) -> tuple[str, Message]:
    name = message.get("event")
    if not isinstance(name, str) or not name.strip():
        raise Malformed("event", "the message", "missing: the name of what happened")
    kind, properties = name.strip().lower().replace(" ", "_"), _dict(message, "properties")
    if kind in KINDS and (seen.scope or kind not in NOT_FOR_BROWSERS):
        return kind, properties
    return "action_taken", properties | {"event": name.strip()[:MAX_NAME]}


def _page(message: Message, seen: Seen) -> tuple[str, Message]:
    named = {"name": message["name"][:MAX_NAME]} if isinstance(message.get("name"), str) and message["name"] else {}
    return "page_viewed", _dict(message, "properties") | named


def _group(message: Message, seen: Seen) -> tuple[str, Message]:
    if not seen.scope:
        return "action_taken", {"event": "Grouped"}
    return "account_named", {"traits": _dict(message, "traits"), "group": _known_id(message, "groupId")}


def _alias(message: Message, seen: Seen) -> tuple[str, Message]:
    """A proposal for a person to look at: two known people are never merged by a machine."""
    told = {"user": _known_id(message, "userId"), "previous": _known_id(message, "previousId")}
    return "merge_proposed", told | {"key": seen.key}


MEANING: dict[str, Callable[[Message, Seen], tuple[str, Message]]] = {
    "identify": _identify,
    "track": _track,
    "page": _page,
    "screen": _page,
    "group": _group,
    "alias": _alias,
}


def _visitors(message: Message, is_server: bool) -> list[str]:
    """Keys of the browser and of the user, as far as they are told: both are the same person's.

    A browser's key is public: who guesses a userId must not read in a known person's name. So it names no user, and
    the key of one is made with our secret, so that nobody can name it as the id of a browser either.
    """
    anonymous, user = (_told_id(message, name) for name in ("anonymousId", "userId"))
    found = [_id(anonymous)] if anonymous else []
    return [*found, user_key(user)] if user and is_server else found


def user_key(user: str) -> str:
    """The visitor key of a userId, which only we can make."""
    return _id(tokens.keyed_hash("segment-user", user)[:32])


def browser_key(anonymous: str) -> str:
    """The visitor key of an anonymousId: itself where it is a UUID, as the page script's are."""
    return _id(anonymous)


def keys_named(message_id: str) -> set[str]:
    """The visitor keys that an id stands for, where it is not told whose: of a user, or of a browser."""
    return {user_key(message_id), browser_key(message_id)}


def _told_id(message: Message, name: str) -> str:
    told = message.get(name)
    return str(told)[:MAX_ID] if isinstance(told, str | int) else ""


def _id(text: Any) -> str:
    """A UUID as it is; anything else always the same one."""
    try:
        return str(UUID(str(text)))
    except ValueError:
        return str(uuid5(NAMESPACE, str(text)))


def _known_id(message: Message, name: str) -> str:
    told = message.get(name)
    if not isinstance(told, str | int) or not str(told):
        raise Malformed(name, "the message", "missing")
    return str(told)[:MAX_ID]


def _occurred_at(message: Message, batch: Message, seen: Seen, now: datetime) -> tuple[datetime, dict[str, str]]:
    """By how long before `sentAt` it happened, since the client's clock may be wrong; clamped as all else is. And what
    that clock said, where it is another time."""
    told = _time(message.get("timestamp") or message.get("originalTimestamp"))
    if told is None:
        return now, {}
    meant = told
    sent = _time(message.get("sentAt") or batch.get("sentAt"))
    if sent and seen.scope != "history":
        with suppress(OverflowError):  # nine thousand years before it was sent: clamped as it is told
            meant = now - (sent - told)
    at = times.believed(meant, seen, now)
    return at, times.note(told, at)


def _time(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _where(message: Message, context: Message) -> dict[str, str]:
    page, properties = _dict(context, "page"), _dict(message, "properties")
    told = {name: properties.get(name) or page.get(name) for name, _ in draft.TEXTS}
    longest = dict(draft.TEXTS)
    return {name: value[: longest[name]] for name, value in told.items() if isinstance(value, str)}


def _utm(context: Message) -> dict[str, str]:
    campaign = _dict(context, "campaign")
    told = {"campaign": campaign.get("name")} | {name: campaign.get(name) for name in ("source", "medium", "term")}
    return {name: value[:MAX_NAME] for name, value in told.items() if isinstance(value, str)}


def _facts(context: Message, seen: Seen) -> str:
    """For a server: the browser that it saw, not its own client."""
    agent = context.get("userAgent")
    if not seen.scope:
        return seen.facts
    facts = {"scope": seen.scope, "key": seen.key}
    return as_json(facts | ({"ua": agent[:MAX_AGENT]} if isinstance(agent, str) and agent else {}))


def _dict(message: Message, name: str) -> Message:
    found = message.get(name)
    return found if isinstance(found, dict) else {}
