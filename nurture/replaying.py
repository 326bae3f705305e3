"""A recorded history of engagement as HTTP requests: mapped onto our pieces and contacts, sent, and accounted for."""

import collections
import csv
import gzip
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import httpx

from cms import clock, library
from nurture.contacts import identities
from nurture.contacts.models import Account, Contact, Engagement, Identity, StageChange
from nurture.mail.models import Delivery
from nurture.rules.models import ActionRun
from nurture.sales.models import Alert
from tracking import batches, keys
from tracking.models import Draft, DropCount, EventKey, HeldDraft, Pending, Visitor

NAMESPACE = UUID("0a7d9a1e-7c55-4d7b-8f0e-cf8f1b7a5c11")
COLUMNS = {"timestamp", "eventType", "contentId", "personId", "userAgent"}
KINDS = {
    "VIEW": "page_viewed",
    "LIKE": "asset_rated",
    "BOOKMARK": "asset_saved",
    "COMMENT CREATED": "comment_posted",
    "FOLLOW": "author_followed",
}
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/52.0 Safari/537.36"
BATCH, SENDERS, TRIES = 100, 3, 12
DOMAIN = "replay.example"


class Unusable(Exception):
    """The file, or the server, cannot be used; the message says why and how to mend it."""


def environment(port: int) -> dict[str, str]:
    """For a server of our own on `port`."""
    return os.environ | {"PORT": str(port), "LEDE_BASE_URL": f"http://127.0.0.1:{port}"}


class Replay:
    """One file. `prepare` reads it once and makes the visitors' edges; `run` reads it again and sends it."""

    def __init__(self, path: Path, known_share: float, keep_times: bool):
        self.path, self.known_share, self.keep_times = path, known_share, keep_times
        self.total = 0
        self.malformed: list[tuple[int, str]] = []
        self.digest, self.shift = "", timedelta()
        self.urls: dict[str, str] = {}
        self.key = ""

    def prepare(self) -> None:
        """Popularity, newest time, who is known, a write key; raises Unusable for a file that is none of ours."""
        self.digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        contents, persons, newest = collections.Counter(), collections.Counter(), 0
        for _, row in self.rows(note=True):
            contents[row["contentId"]] += 1
            persons[row["personId"]] += 1
            newest = max(newest, int(row["timestamp"]))
            self.total += 1
        if not self.total:
            raise Unusable(f"{self.path}: no usable row")
        if not self.keep_times:
            self.shift = clock.now() - datetime.fromtimestamp(newest, UTC)
        self.key = keys.make("replay", "history")
        self._map_pieces(contents)
        self._map_contacts(persons)

    def rows(self, note: bool = False) -> Iterator[tuple[int, dict]]:
        """(row number from 2, row) of the usable rows; with `note` the others are kept in `malformed`."""
        opener = gzip.open if self.path.suffix == ".gz" else open
        with opener(self.path, "rt", encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if missing := COLUMNS - set(reader.fieldnames or ()):
                raise Unusable(f"{self.path}: columns missing: {', '.join(sorted(missing))}")
            for number, row in enumerate(reader, start=2):
                wrong = _wrong(row)
                if not wrong:
                    yield number, row
                elif note:
                    self.malformed.append((number, wrong))

    def run(self, base_url: str, sent: Callable, say: Callable, wait: int) -> dict:
        """Send everything, wait for the worker, and count. The figures are of this run alone."""
        before, started = self._counts(), time.monotonic()
        say("sending")
        acknowledged = self.send(base_url, sent)
        sending = time.monotonic() - started
        say("deciding")
        self._wait(wait)
        after = self._counts()
        grown = {key: after[key] - before[key] for key in after if not key.startswith("drop:")}
        dropped = {key[5:]: after[key] - before.get(key, 0) for key in after if key.startswith("drop:")}
        return {
            "sent": self.total,
            "acknowledged": acknowledged,
            **grown,
            "dropped": {reason: number for reason, number in sorted(dropped.items()) if number},
            "malformed": len(self.malformed),
            "seconds": {"sending": round(sending, 1), "all": round(time.monotonic() - started, 1)},
        }

    def event(self, number: int, row: dict) -> dict:
        """One row as the collector takes it. The uuid is of file and row: sent again, it is the same event."""
        at = datetime.fromtimestamp(int(row["timestamp"]), UTC) + self.shift
        kind = KINDS[row["eventType"]]
        return {
            "uuid": str(self.uuid(number)),
            "kind": kind,
            "url": self.urls[row["contentId"]],
            "visitor": str(_visitor_key(row["personId"])),
            "occurred_at": at.isoformat(),
            "properties": {"value": 1} if kind == "asset_rated" else {},
        }

    def uuid(self, number: int) -> UUID:
        """Of the event in row `number`."""
        return uuid5(NAMESPACE, f"{self.digest}:{number}")

    def _map_pieces(self, contents: collections.Counter) -> None:
        """Their most popular content onto our first piece, and so on, round and round."""
        pieces = list(library.published().order_by("pk").values_list("url_path", flat=True))
        if not pieces:
            raise Unusable("There is no published piece to read; load the demo or import some first")
        paths = ["/" + path.split("/", 2)[2] for path in pieces]
        self.urls = {key: paths[rank % len(paths)] for rank, (key, _) in enumerate(contents.most_common())}

    def _map_contacts(self, persons: collections.Counter) -> None:
        """The busiest persons of the share become our contacts, those we have first, then invented ones."""
        wanted = [key for key, _ in persons.most_common(round(len(persons) * self.known_share))]
        existing = list(Contact.objects.filter(synthetic=False).order_by("pk")[: len(wanted)])
        contacts = existing + _invented(wanted[len(existing) :])
        now = clock.now()
        keys = [_visitor_key(key) for key in wanted]
        visitors = [Visitor(key=key, first_seen_at=now, last_seen_at=now) for key in keys]
        batches.insert(Visitor, visitors, ignore_conflicts=True)
        found = {visitor.key: visitor for visitor in Visitor.objects.filter(key__in=keys)}
        tied = identities.owners(visitor.pk for visitor in found.values())
        edges = [
            Identity(contact=contact, visitor=found[key], kind=Identity.Kind.IMPORT, evidence="replay", created_at=now)
            for key, contact in zip(keys, contacts, strict=True)
            if found[key].pk not in tied
        ]
        batches.insert(Identity, edges)

    def send(self, base_url: str, sent: Callable) -> int:
        """Send every row until it is acknowledged, calling `sent(number)` after each batch; how many were.

        Asks no database. Raises Unusable when the collector refuses a batch or does not answer for half a minute.
        """
        headers = {"Authorization": f"Bearer {self.key}", "User-Agent": BROWSER}
        acknowledged = 0
        with (
            httpx.Client(base_url=base_url, headers=headers, timeout=30) as client,
            ThreadPoolExecutor(SENDERS) as pool,
        ):
            waiting: collections.deque = collections.deque()
            for batch in _chunks((self.event(*row) for row in self.rows()), BATCH):
                waiting.append(pool.submit(_post, client, batch))
                if len(waiting) >= SENDERS * 2:
                    acknowledged += _finished(waiting, sent)
            while waiting:
                acknowledged += _finished(waiting, sent)
        return acknowledged

    def _wait(self, seconds: int) -> None:
        deadline = time.monotonic() + seconds
        while busy():
            if time.monotonic() > deadline:
                raise Unusable(f"The worker has not caught up after {seconds} seconds; is it running?")
            time.sleep(0.5)

    def _counts(self) -> dict[str, int]:
        uuids = (self.uuid(number) for number, _ in self.rows())
        stored = sum(len(batches.existing(EventKey, "uuid", chunk)) for chunk in _chunks(uuids, 5000))
        drops = collections.Counter()
        for reason, count in DropCount.objects.values_list("reason", "count"):
            drops[f"drop:{reason}"] += count
        return {
            "stored": stored,
            "engagements": Engagement.objects.count(),
            "stage_changes": StageChange.objects.count(),
            "mails": Delivery.objects.filter(lane="marketing").count(),
            "alerts": Alert.objects.count(),
            **drops,
        }


def _wrong(row: dict) -> str:
    """What is wrong with a row of the file, or nothing."""
    if not (row["timestamp"] or "").isdecimal():
        return f"timestamp {row['timestamp']!r} is not a number of seconds"
    if row["eventType"] not in KINDS:
        return f"eventType {row['eventType']!r} is unknown; known: {', '.join(KINDS)}"
    return "" if row["contentId"] and row["personId"] else "contentId or personId is empty"


def _visitor_key(person: str) -> UUID:
    return uuid5(NAMESPACE, f"person:{person}")


def _invented(persons: list[str]) -> list[Contact]:
    """A contact for each, visibly made up; found again on the next run."""
    account, _ = Account.objects.get_or_create(domain=DOMAIN, defaults={"name": "Replayed readers"})
    names = {person: f"reader-{_visitor_key(person).hex[:12]}@{DOMAIN}" for person in persons}
    new = [
        Contact(email=email, first_name="Reader", last_name=email[7:19], account=account) for email in names.values()
    ]
    batches.insert(Contact, new, ignore_conflicts=True)
    found = {contact.email: contact for contact in Contact.objects.filter(email__in=names.values())}
    return [found[names[person]] for person in persons]


def _chunks(items, size: int) -> Iterator[list]:
    chunk = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _post(client: httpx.Client, batch: list[dict]) -> int:
    """Send until it is acknowledged: not answered is not known to be stored, and the same uuids do no harm."""
    last = ""
    for attempt in range(TRIES):
        try:
            answer = client.post("/t/e", json=batch)
        except httpx.TransportError as error:
            last = f"{type(error).__name__}: {error}"
        else:
            if answer.status_code == httpx.codes.ACCEPTED:
                return answer.json()["accepted"]
            last = f"{answer.status_code} {answer.text[:500]}"
            if answer.status_code == httpx.codes.BAD_REQUEST:
                raise Unusable(f"The collector refused a batch: {last}")
        time.sleep(min(0.1 * 2**attempt, 5))
    raise Unusable(
        f"The collector takes nothing ({last}). What it acknowledged is stored: start it, run the same command again"
    )


def _finished(waiting: collections.deque, sent: Callable) -> int:
    acknowledged = waiting.popleft().result()
    sent(acknowledged)
    return acknowledged


def busy() -> bool:
    """Is anything of what was sent still on its way?"""
    return (
        Draft.objects.exists()
        or HeldDraft.objects.filter(dead_at=None).exists()
        or Pending.objects.filter(dead_at=None).exists()
        or StageChange.objects.filter(reacted=False).exists()
        or ActionRun.objects.filter(
            state__in=("pending", "claimed"), due_at__lte=clock.now() + timedelta(minutes=2)
        ).exists()
        or Delivery.objects.filter(state__in=("pending", "claimed"), attempts=0).exists()
    )
