"""Other sites that send events here: whose are taken, what became of the last one, and the snippet they paste.

The collector takes what comes under any key: it asks no database. Who may is decided here, when drafts are taken over,
and the last refusal is kept, so that the screen can say why nothing arrives.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cms import clock, worker
from tracking import batches, words
from tracking.batch import Batch, Reason, Row
from tracking.models import TrackedSite

PATIENCE = timedelta(minutes=1)  # then the screen says where to look
OFTEN = timedelta(seconds=5)  # a busy site's row is not written more often
HTTP, HTTPS = 80, 443


def drop_foreign(batch: Batch) -> None:
    """What came under a site's key that is unknown, switched off, or from an origin that is not the site's.

    Must come before the uuids are claimed. Of the others, a site that asks nobody gives no visitor.
    """
    keys = {key for row in batch.rows if (key := row.payload.get("site"))}
    if not keys:
        return
    known = {site.key: site for site in TrackedSite.objects.filter(key__in=keys)}
    why = {id(row): reason for row in batch.rows if (reason := _refusal(row, known))}
    _note({row.payload["site"]: _refused(row, why[id(row)]) for row in batch.rows if id(row) in why}, known, "refused")
    for reason in (Reason.SITE_UNKNOWN, Reason.SITE_CLOSED, Reason.WRONG_ORIGIN):
        batch.drop(reason, lambda row, reason=reason: why.get(id(row)) == reason)
    for row in batch.rows:
        if (key := row.payload.get("site")) and known[key].consent == TrackedSite.Consent.NONE:
            row.payload.pop("visitor", None)


def put_site(batch: Batch) -> None:
    """Name the site on its events, and note on the site that it was heard of. The last step: it tells the verdict."""
    rows = [row for row in batch.rows if row.payload.get("site")]
    if not rows:
        return
    known = {site.key: site for site in TrackedSite.objects.filter(key__in={row.payload["site"] for row in rows})}
    for row in rows:
        row.event.properties["site"] = known[row.payload["site"]].name
    _note({row.payload["site"]: _heard(row) for row in rows}, known, "heard")


def _refusal(row: Row, known: dict[str, TrackedSite]) -> Reason | None:
    key = row.payload.get("site")
    if not key:
        return None
    if key not in known:
        return Reason.SITE_UNKNOWN
    if not known[key].is_open:
        return Reason.SITE_CLOSED
    return None if row.payload.get("origin") in known[key].origins else Reason.WRONG_ORIGIN


def _refused(row: Row, reason: Reason) -> dict[str, str]:
    return {"at": row.draft.received_at.isoformat(), "reason": reason, "origin": row.payload.get("origin", "")[:200]}


def _heard(row: Row) -> dict[str, str]:
    event = row.event
    told = {"kind": event.kind, "url": event.url[:500], "verdict": event.verdict}
    return {"at": row.draft.received_at.isoformat(), **told}


def _note(found: dict[str, dict[str, str]], known: dict[str, TrackedSite], field: str) -> None:
    """One statement for all sites, in key order; a site that was noted a moment ago is left alone."""
    rows = []
    for key, note in sorted(found.items()):
        site = known.get(key)
        last = getattr(site, field).get("at") if site else None
        if site and (last is None or datetime.fromisoformat(note["at"]) - datetime.fromisoformat(last) > OFTEN):
            rows.append({"id": site.pk, field: note})
    batches.update(TrackedSite, rows, fields=[field])


def snippet(site: TrackedSite) -> SafeString:
    """The line to paste. The script keeps its visitor key, if any, in that site's own storage."""
    return format_html(
        '<script defer src="{}{}tracking/pixel.js" data-endpoint="{}/t/s/{}" data-consent="{}" data-reads></script>',
        settings.BASE_URL,
        settings.STATIC_URL,  # without a version in the name: the snippet stays as it is
        settings.BASE_URL,
        site.key,
        site.consent,
    )


def origin_of(address: str) -> str:
    """ "https://www.example.com" of any address there, as browsers write it. ValueError when it is no web address."""
    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError(address)
    host = parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else parts.hostname
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    is_default = port is None or port == (HTTPS if parts.scheme == "https" else HTTP)
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{port}")


@dataclass(frozen=True)
class Outcome:
    """What came of a try: a tone ("good", "bad", "wait"), in words, and whether to go on waiting."""

    tone: str
    text: str
    hints: tuple[str, ...] = ()
    is_open: bool = False


def outcome(site: TrackedSite, since: datetime) -> Outcome:
    """What has arrived under this site's key since then, or why nothing did."""
    if site.heard and datetime.fromisoformat(site.heard["at"]) >= since:
        return Outcome("good", _told(site.heard))
    if site.refused and datetime.fromisoformat(site.refused["at"]) >= since:
        return Outcome("bad", *_why(site.refused))
    if not site.is_open:
        return Outcome("bad", _("This site is switched off: whatever it sends is dropped."), (_("Edit it to go on."),))
    if not worker.is_alive():
        hint = _("Start one: manage.py worker. Then what has arrived meanwhile is taken over.")
        return Outcome("bad", _("No worker runs, so nothing that arrives is looked at."), (hint,), is_open=True)
    if clock.now() - since < PATIENCE:
        return Outcome("wait", _("Waiting for the first event…"), is_open=True)
    return Outcome("bad", _("Nothing has arrived for a minute."), _where_to_look(), is_open=True)


def _told(heard: dict[str, str]) -> str:
    said = {
        "what": words.said(words.KINDS, heard["kind"]),
        "url": heard["url"].partition("?")[0],
        "who": words.said(words.VERDICTS, heard["verdict"]),
    }
    return _("It works: “%(what)s” at %(url)s has arrived, judged: %(who)s.") % said


def _why(refused: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    if refused["reason"] == Reason.WRONG_ORIGIN:
        if not refused["origin"]:
            text = _("An event came under this key without saying from which site, as no page does.")
            return text, (_("Something other than a browser sent it; open the page in a browser."),)
        text = _("An event came from %s, which is not one of this site's origins.") % refused["origin"]
        return text, (_("Edit the site and add it, if it is yours."),)
    return _("An event came while this site was switched off."), (_("Edit the site and switch it on."),)


def _where_to_look() -> tuple[str, ...]:
    return (
        _("Is the snippet in the page that is served? Look at its source for this site's key."),
        _("Does a cache still serve the page of before?"),
        _("Does the page's Content-Security-Policy allow our host in script-src and connect-src?"),
        _("Does a blocker in your browser keep the script from loading? Try a private window."),
    )
