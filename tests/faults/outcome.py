"""The end state of an installation in words that two installations share, and how to get there sooner."""

from collections import Counter
from datetime import timedelta

from cms import clock, worker
from nurture.contacts import unseen
from nurture.contacts.models import Contact, Engagement, Identity, StageChange
from nurture.mail.models import Delivery
from nurture.rules.models import ActionRun
from nurture.sales.models import Alert
from tests.faults import tree
from tests.faults.furnishing import ONCE
from tracking import held, queries
from tracking.models import Event, HeldDraft, Pending, Visitor

STUCK_SECONDS = 20


def of() -> dict[str, Counter]:
    """{what: {which: how many}}. Ids and times are the installation's own, so things are named by what they are.

    A rule that fires once for a contact has the first cause that came, which may be another in another run.
    """
    runs = {
        pk: (rule, email, None if again == ONCE else cause)
        for pk, rule, again, email, cause in ActionRun.objects.values_list(
            "pk", "rule__name", "rule__again_after_days", "contact__email", "cause_uuid"
        )
    }
    states = Counter((runs[pk], state) for pk, state in ActionRun.objects.values_list("pk", "state"))
    alerts = {pk: key for pk, *key in Alert.objects.values_list("pk", "contact__email", "asset_title", "cause_uuid")}
    strangers = Visitor.objects.exclude(pk__in=Identity.objects.values("visitor"))
    return {
        "events": Counter(Event.objects.values_list("uuid", "kind", "visitor__key", "asset__slug", "verdict")),
        "visitors": Counter(
            (key, last - first) for key, first, last in strangers.values_list("key", "first_seen_at", "last_seen_at")
        ),
        "engagements": Counter(Engagement.objects.values_list("event_uuid", "contact__email", "kind", "asset_title")),
        "stages": Counter(Contact.objects.values_list("email", "stage__slug")),
        "runs": states,
        "alerts": Counter(map(tuple, alerts.values())),
        "mails": Counter(
            (address, _occasion(occasion, runs, alerts), state if state != "unknown" else "sent")
            for address, occasion, state in Delivery.objects.values_list("address", "occasion", "state")
        ),
    }


def _occasion(text: str, runs: dict, alerts: dict) -> tuple:
    kind, number, *_ = text.split(":")
    return (kind, *(runs if kind == "rule" else alerts)[int(number)])


def is_settled() -> bool:
    """Has everything come to an end that does not depend on time alone?"""
    return not (
        ActionRun.objects.filter(state__in=("pending", "claimed")).exists()
        or Delivery.objects.filter(state__in=("pending", "claimed")).exists()
    )


def hurry() -> None:
    """Let the time pass for those that wait: leases of processes that are dead, and tries put off for later.

    A lease on an event or a stage change does not name its process; one that is STUCK_SECONDS old is taken for a dead
    one's.
    """
    stuck = clock.now() - timedelta(seconds=STUCK_SECONDS)
    Pending.objects.filter(lease_until__lt=stuck + queries.LEASE).update(lease_until=None)
    HeldDraft.objects.filter(dead_at=None, lease_until__lt=stuck + held.LEASE).update(lease_until=None)
    StageChange.objects.filter(lease_until__lt=stuck + unseen.LEASE).update(lease_until=None)
    past = clock.now() - timedelta(days=1)
    host = worker.identity().rpartition(":")[0]
    for model, due in ((ActionRun, "due_at"), (Delivery, "not_before")):
        claimed = model.objects.filter(state="claimed", lease_until__gt=clock.now())
        for pk, owner in claimed.values_list("pk", "lease_owner"):
            place, _, pid = owner.rpartition(":")
            if place == host and pid.isdecimal() and not tree.is_alive(int(pid)):
                model.objects.filter(pk=pk, lease_owner=owner, state="claimed").update(lease_until=past)
        model.objects.filter(state="pending", **{f"{due}__gt": clock.now()}).update(**{due: clock.now()})


def copies(messages: list[bytes]) -> Counter:
    """{Message-ID: how many copies of it a mail server took}."""
    return Counter(line for mail in messages for line in mail.splitlines() if line.startswith(b"Message-ID"))
