"""What the pipeline leaves out of an event because the reader, or the law where they are, wants it so.

These steps come before the uuids are claimed. What staff, servers and the site itself record is no reader's browser.
"""

from datetime import UTC
from uuid import UUID

from tracking import batches, consent, modes, wordings
from tracking.batch import Batch, Reason, Row
from tracking.models import LastOpen

OPENED = "mail_opened"
SIGNAL = "opt_out_signal"  # among an event's properties; what a sender says under this name is no browser's signal


def drop_unwanted(batch: Batch) -> None:
    """Where the mode is off, nothing is kept."""
    batch.drop(Reason.NOT_WANTED, lambda row: mode(row) == modes.OFF)


def drop_opens(batch: Batch) -> None:
    """Opening a mail is seen with that person's yes only; in `deliverability` the day of it, unless they object.

    Asked when the pixel is fetched, not when the mail was sent: a withdrawal silences pixels that lie in mailboxes.
    """
    opens = [row for row in batch.rows if row.draft.kind == OPENED and row.payload.get("link")]
    if not opens:
        return
    subjects = {id(row): UUID(row.payload["subject"]) for row in opens if row.payload.get("subject")}
    said = consent.answers(subjects.values(), wordings.OPEN_TRACKING)
    answers = {id(row): said.get(subjects.get(id(row))) for row in opens}
    dated = [row for row in opens if mode(row) == modes.DELIVERABILITY and answers[id(row)] is not False]
    _keep_day(dated)
    kept_as_day = {id(row) for row in dated}
    batch.drop(Reason.ONLY_A_DATE, lambda row: id(row) in kept_as_day)
    may_be_seen = {id(row) for row in opens if mode(row) == modes.AGGREGATE or answers[id(row)]}
    batch.drop(Reason.NO_CONSENT, lambda row: id(row) in answers and id(row) not in may_be_seen)


def put_signal(batch: Batch) -> None:
    """The browser's own no: it is not told apart, and with an event by a link it is noted: whose link it was, if
    anybody's, is looked up later."""
    for row in batch.rows:
        row.event.properties.pop(SIGNAL, None)
        if row.event.link_ref and (signal := row.facts.get("signal")):
            row.event.properties[SIGNAL] = signal
        if row.facts.get("signal"):
            row.payload.pop("visitor", None)


def put_anonymity(batch: Batch) -> None:
    """Nobody is told apart but by `consented`; and no browser there that has taken its yes back."""
    for row in batch.rows:
        if mode(row) in (modes.AGGREGATE, modes.DELIVERABILITY):
            row.payload.pop("visitor", None)
            if row.payload.pop("mailed", None) or row.draft.kind == OPENED:
                row.payload.pop("link", None)
                row.event.link_ref = None
    keys = {UUID(key) for row in batch.rows if (key := row.payload.get("visitor")) and mode(row)}
    if not keys:
        return
    refused = {str(key) for key, yes in consent.answers(keys, wordings.SITE_PROFILE).items() if not yes}
    for row in batch.rows:
        if row.payload.get("visitor") in refused:
            row.payload.pop("visitor")


def mode(row: Row) -> str:
    """The mode of the reader's country when the request came; "" for what no reader's browser sent."""
    return str(row.facts.get("mode", ""))


def _keep_day(rows: list[Row]) -> None:
    """One statement a mail: opens come one by one."""
    days = {row.event.link_ref: row.event.occurred_at.astimezone(UTC).date() for row in rows if row.event.link_ref}
    known = batches.existing(LastOpen, "link_ref", days)
    batches.insert(
        LastOpen,
        [LastOpen(link_ref=ref, opened_on=day) for ref, day in days.items() if ref not in known],
        ignore_conflicts=True,
    )
    again = [{"link_ref": ref, "opened_on": day} for ref, day in days.items() if ref in known]
    batches.update(LastOpen, again, key="link_ref", fields=["opened_on"])
