"""The demonstration's subscriptions: confirmed some weeks ago, one ended since, one whose next mail is due."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cms import clock
from cms.models import Topic
from nurture.contacts.models import Contact
from nurture.subscriptions import asking
from nurture.subscriptions.models import Subscription
from tracking import onsite, wordings
from tracking.models import ConsentEvent

FACTS = {"method": "POST", "scope": "history"}


def load(rows: Iterable[dict], agent: str) -> int:
    """Make those that are missing, as their readers would have; how many. In the caller's transaction."""
    if Subscription.objects.exists():
        return 0
    topics, rows = {topic.slug: topic for topic in Topic.objects.all()}, list(rows)
    people = {contact.email: contact for contact in Contact.objects.filter(email__in=[row["email"] for row in rows])}
    for row in rows:
        _one(row, people[row["email"]], [topics[slug] for slug in row.get("topics", [])], FACTS | {"ua": agent})
    return len(rows)


def _one(row: dict, contact: Contact, topics: list[Topic], facts: dict[str, str]) -> None:
    now = clock.now()
    at, every = now - timedelta(days=row["days"]), asking.EVERY[asking.Cadence(row["cadence"])]
    is_ended = "ended_days" in row
    made = Subscription.objects.create(
        contact=contact,
        state=asking.State.ENDED if is_ended else asking.State.LIVE,
        cadence=row["cadence"],
        wording=wordings.version(wordings.EMAIL),
        asked_at=at - timedelta(minutes=9),
        confirmed_at=at,
        ended_at=now - timedelta(days=row["ended_days"]) if is_ended else None,
        since=at if row.get("is_due") else now,
        due_at=None if is_ended else now + (timedelta() if row.get("is_due") else every),
    )
    made.topics.set(topics)
    _tell(made, at, facts)


def _tell(made: Subscription, at: datetime, facts: dict[str, str]) -> None:
    """What the log of consent and the ledger would hold."""
    subject = made.contact.subject
    ConsentEvent.objects.create(
        subject=subject, purpose=wordings.EMAIL, action=ConsentEvent.Action.GIVEN, source=asking.SOURCE,
        wording=made.wording, proof={"subscription": made.key.hex, "user_agent": facts["ua"]}, at=at,
    )  # fmt: skip
    topics = sorted(topic.pk for topic in made.topics.all())
    said = {"cadence": made.get_cadence_display(), "topics": topics, "subject": subject.hex}
    onsite.record("subscription_confirmed", None, said, facts=facts, at=at)
    if made.ended_at:
        onsite.record("subscription_ended", None, {"subject": subject.hex}, facts=facts, at=made.ended_at)
