"""Comments that a WordPress export brings along: read with their post, kept as readers' comments under the piece.

Their writers gave their addresses to another site: those are not taken over, so nobody is mailed.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element

from django.conf import settings
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from cms import clock
from cms.feedback.comments import LONGEST_TEXT
from cms.feedback.models import Comment
from cms.importers.gutenberg import plain
from cms.importers.items import Item
from cms.models import AssetPage, ImportBatch

NAMESPACE = UUID("5a3f6c0e-52a3-4d7e-9d1c-6f1e7b1f9a44")
LONGEST_NAME = 80
PEOPLES = ("", "comment")  # types; pingbacks and the like are other sites'
STATES = {"1": Comment.State.PUBLISHED, "0": Comment.State.WAITING}


def read(element: Element, item: Item) -> list[dict]:
    """The comments of a post, oldest first: [{"id", "name", "text", "at", "state"}], plain text all.

    What is spam, in the trash, without words or another site's is left out, and counted in a notice.
    """
    found, left_out = [], 0
    for row in element.findall("{wp}comment"):
        state = STATES.get(_text(row, "comment_approved"))
        text = plain(_text(row, "comment_content")).replace("\0", "\ufffd")
        if state is None or not text or _text(row, "comment_type") not in PEOPLES:
            left_out += 1
            continue
        name = plain(_text(row, "comment_author")).replace("\0", "\ufffd")
        found.append({"id": _text(row, "comment_id"), "name": name, "text": text, "at": _at(row), "state": state.value})
    if left_out:
        why = _("Comments left out as spam, trash, empty or links of other sites: %s") % left_out
        item.tell(why, _("Nothing, if they were."), item.first_line)
    if too_long := sum(len(one["text"]) > LONGEST_TEXT for one in found):
        why = _("Comments cut after %(length)s characters: %(number)s") % {"length": LONGEST_TEXT, "number": too_long}
        item.tell(why, _("Compare them with the original."), item.first_line)
    return sorted(found, key=lambda one: one["at"])


def keep(page: AssetPage, item: Item, batch: ImportBatch) -> None:
    """Store those of the item that are not there yet; what editors made of one since stays. One statement."""
    rows = [
        Comment(
            asset=page,
            key=_key(batch.source, item.key, one["id"] or f"{one['at']} {one['text']}"),
            state=one["state"],
            name=Truncator(one["name"] or _("Somebody")).chars(LONGEST_NAME),
            text=Truncator(one["text"]).chars(LONGEST_TEXT),
            posted_at=datetime.fromisoformat(one["at"]) if one["at"] else clock.now(),
            imported_in=batch,
        )
        for one in item.comments
    ]
    Comment.objects.bulk_create(rows, ignore_conflicts=True)


def untouched(page: AssetPage, batch: ImportBatch) -> QuerySet[Comment]:
    """Comments under a piece that this batch brought in and nobody judged or answered here."""
    return page.comments.filter(imported_in=batch, judged_by=None, answer="")


def _key(*named: str) -> UUID:
    """Always the same for one comment, so that it comes once; by our secret, as a key opens its comment's page.

    The inner name is that of rows from before there was a secret in it (migration 0023).
    """
    return secret_of(uuid5(NAMESPACE, "\n".join(named)))


def secret_of(name: UUID) -> UUID:
    """What takes the place of a name that can be told from the export."""
    return UUID(bytes=hmac.digest(settings.HASH_PEPPER, b"remark\0" + name.bytes, hashlib.sha256)[:16], version=4)


def _text(row: Element, name: str) -> str:
    found = row.find(f"{{wp}}{name}")
    return (found.text or "").strip() if found is not None else ""


def _at(row: Element) -> str:
    """GMT; WordPress writes zeros where it does not know. ISO 8601, or nothing."""
    try:
        moment = parse_datetime(_text(row, "comment_date_gmt"))
    except ValueError:
        return ""
    return moment.replace(tzinfo=UTC).isoformat() if moment else ""
