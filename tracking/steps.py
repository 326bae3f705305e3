"""What turns a draft into an event, read aloud from top to bottom. Each step asks the database a fixed number of
questions whatever the size of the batch, and is pure over the batch and what it read.
"""

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from wagtail.models import Site

from cms.models import AssetPage, Campaign
from tracking import batches, chosen, months, retention, verdicts
from tracking.batch import Batch, Reason, Row
from tracking.keys import drop_unkeyed
from tracking.kinds import KINDS, STATED_KINDS
from tracking.models import EventKey
from tracking.privacy import drop_opens, drop_unwanted, put_anonymity, put_signal
from tracking.sites import drop_foreign, put_site
from tracking.visits import put_session, put_visitor

KNOWN = {*KINDS, *STATED_KINDS}
TABLETS = ("ipad", "tablet", "kindle", "silk/")
PHONES = ("mobi", "iphone", "android", "phone")
MAX_UTM = 200


def drop_unknown_kind(batch: Batch) -> None:
    """What this version has no word for, and messages of a batch that could not be read."""
    batch.drop(Reason.MALFORMED, lambda row: row.draft.kind == "malformed")
    batch.drop(Reason.UNKNOWN_KIND, lambda row: row.draft.kind not in KNOWN)


def drop_too_old(batch: Batch) -> None:
    """Of a month that was closed: its keys are gone, so nobody could tell a duplicate. Asks only for old months."""
    closed = retention.is_closed({months.of(row.draft.occurred_at) for row in batch.rows})
    if closed:
        batch.drop(Reason.TOO_OLD, lambda row: months.of(row.draft.occurred_at) in closed)


def drop_duplicate(batch: Batch) -> None:
    """The same uuid twice in the batch, or stored before. Claims the uuids: the first to insert the key has it."""
    first = {}
    for row in batch.rows:
        first.setdefault(row.draft.uuid, row)
    keys = [EventKey(uuid=uuid, occurred_at=row.draft.occurred_at) for uuid, row in sorted(first.items())]
    claimed = {uuid for (uuid,) in batches.insert_returning(EventKey, keys, ["uuid"], ignore_conflicts=True)}
    fresh = {id(row) for uuid, row in first.items() if uuid in claimed}
    batch.drop(Reason.DUPLICATE, lambda row: id(row) not in fresh)


def put_asset(batch: Batch) -> None:
    """The piece that lives at the address, by path. A link that leads to another site is about none of ours."""
    paths = {id(row): path for row in batch.rows if row.event.asset_id is None and (path := _path(row))}
    if not paths:
        return
    roots = list(Site.objects.filter(is_default_site=True).values_list("root_page__url_path", flat=True))
    wanted = {root.rstrip("/") + path for root in roots for path in paths.values()}
    found = dict(AssetPage.objects.filter(url_path__in=wanted).values_list("url_path", "id"))
    for row in batch.rows:
        if path := paths.get(id(row)):
            row.event.asset_id = next(
                (found[full] for root in roots if (full := root.rstrip("/") + path) in found), None
            )


def put_utm(batch: Batch) -> None:
    """utm_source, utm_medium, utm_campaign, … of the address, without the prefix."""
    for row in batch.rows:
        row.event.utm = _utm(row.event.url) | (row.payload.get("utm") or {})


def put_campaign(batch: Batch) -> None:
    """The campaign whose utm_campaign the address carries."""
    named = {name for row in batch.rows if (name := row.event.utm.get("campaign"))}
    if not named:
        return
    known = dict(Campaign.objects.filter(utm_campaign__in=named).values_list("utm_campaign", "id"))
    for row in batch.rows:
        row.event.campaign_id = known.get(row.event.utm.get("campaign"))


def put_device(batch: Batch) -> None:
    """phone, tablet or desktop, by user agent; empty when there is none, or when it is a server's own."""
    for row in batch.rows:
        row.event.device = "" if row.draft.source == "server" else _device(row.facts.get("ua", ""))


def put_verdict(batch: Batch) -> None:
    """Person or robot, with reasons."""
    for row in batch.rows:
        row.event.verdict, row.event.reasons = verdicts.judge(row.facts, row.draft.source, row.draft.kind)


STEPS: tuple[Callable[[Batch], None], ...] = (
    drop_unknown_kind,
    drop_foreign,
    drop_too_old,
    drop_unkeyed,
    drop_unwanted,
    drop_opens,
    put_anonymity,
    put_signal,
    drop_duplicate,
    put_visitor,
    put_session,
    put_asset,
    put_utm,
    put_campaign,
    put_device,
    put_verdict,
    put_site,
)


def _path(row: Row) -> str:
    """The path of the event's address as Wagtail writes it: decoded, with a slash at its end. "" for other sites.

    A beacon comes from our own pages, under whatever name; a link may lead anywhere.
    """
    if (row.draft.source == "link" or "site" in row.payload) and not is_own(row.event.url):
        return ""
    path = _url_path(row.event.url)
    return path if path.endswith("/") else f"{path}/"


@lru_cache(maxsize=4096)
def _url_path(url: str) -> str:
    try:
        return unquote(urlsplit(url).path).replace("\0", "") if url else ""  # PostgreSQL cannot be asked for NUL
    except ValueError:  # "http://[", which no page of ours is
        return ""


def is_own(url: str) -> bool:
    """Is this an address of our own site, by settings.BASE_URL?"""
    origin = chosen.read().own
    return url.startswith(origin) and url[len(origin) : len(origin) + 1] in ("", "/", "?", "#")


def _utm(url: str) -> dict[str, str]:
    if "utm_" not in url:
        return {}
    try:
        pairs = parse_qsl(urlsplit(url).query, max_num_fields=100)
    except ValueError:
        return {}
    found = ((name[4:44], value[:MAX_UTM]) for name, value in pairs if name.startswith("utm_"))
    return {name.replace("\0", ""): value.replace("\0", "") for name, value in found}


@lru_cache(maxsize=4096)
def _device(agent: str) -> str:
    lower = agent.lower()
    if not lower:
        return ""
    if any(word in lower for word in TABLETS) or ("android" in lower and "mobi" not in lower):
        return "tablet"
    return "phone" if any(word in lower for word in PHONES) else "desktop"
