"""Alerts: whom to call, why, with what words. Raised once for a decision, and sent by every channel there is."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cms import agreements, clock
from cms.models import SignalAgreement, User
from nurture import registry
from nurture.contacts import wording
from nurture.contacts.models import Contact
from nurture.mail import queue
from nurture.mail.models import Delivery
from nurture.rules.models import ActionRun
from nurture.sales import owners
from nurture.sales.models import Alert, AlertOutcome

Outcome = AlertOutcome.Outcome
TITLE_LENGTH = 255


def raise_for(run: ActionRun) -> Alert:
    """The alert of this run, made with its messages in the caller's transaction, or the one it made before."""
    occasion = f"action:{run.pk}"
    if found := Alert.objects.filter(occasion=occasion).first():
        return found
    contact = Contact.objects.select_related("account__owner", "stage__owner", "stage__backup_owner").get(
        pk=run.contact_id
    )
    agreement = agreement_for(run)
    owner = owners.of(contact)
    with transaction.atomic():
        alert = Alert.objects.create(
            contact=contact,
            account=contact.account,
            owner=owner.user,
            owner_because=owner.because,
            occasion=occasion,
            cause_uuid=run.cause_uuid,
            caused_at=run.caused_at,
            created_at=clock.now(),
            asset_id=run.cause.get("asset_id"),
            asset_title=run.cause.get("asset_title", "")[:TITLE_LENGTH],
            by_mail_link=bool(run.cause.get("by_mail_link")),
            by_claim=bool(run.cause.get("by_claim")),
            **_words(run, agreement),
        )
        for channel in registry.entries("channel"):
            channel.send(alert, recipients(alert))
    return alert


def withdraw(runs: Iterable[ActionRun]) -> set[int]:
    """What set these runs off was a robot: alerts nobody has decided are taken back, with their unsent mails.

    Returns the keys of the runs whose alert was taken back.
    """
    occasions = {f"action:{run.pk}": run.pk for run in runs}
    undecided = Alert.objects.filter(occasion__in=occasions, withdrawn_at=None, outcomes=None)
    found = dict(undecided.values_list("pk", "occasion"))
    Alert.objects.filter(pk__in=found).update(withdrawn_at=clock.now())
    for pk in found:
        queue.cancel(_mails_of(pk))
    return {occasions[occasion] for occasion in found.values()}


def restore(cause_uuids: Collection[UUID]) -> int:
    """It was a person after all: what was taken back stands again, with its unsent mails. How many."""
    withdrawn = Alert.objects.filter(cause_uuid__in=cause_uuids, withdrawn_at__isnull=False)
    found = list(withdrawn.values_list("pk", flat=True))
    Alert.objects.filter(pk__in=found).update(withdrawn_at=None)
    for pk in found:
        queue.restore(_mails_of(pk))
    return len(found)


def _mails_of(pk: int) -> list[str]:
    """The occasions of an alert's mails."""
    return list(Delivery.objects.filter(occasion__startswith=f"alert:{pk}:").values_list("occasion", flat=True))


def agreement_for(run: ActionRun) -> SignalAgreement | None:
    """The agreement that covers what was read: one that names the very piece before one that describes a set."""
    cause = run.cause
    if not cause.get("asset_id"):
        return None
    covering = [
        agreement
        for agreement in agreements.in_force(run.created_at)
        if agreements.applies_to(
            agreement,
            asset_id=cause["asset_id"],
            stage_id=cause.get("stage_id"),
            topic_ids=cause.get("topics") or (),
            format=cause.get("format") or "",
        )
    ]
    return min(covering, key=lambda agreement: not _names(agreement, cause["asset_id"]), default=None)


def _names(agreement: SignalAgreement, asset_id: int) -> bool:
    return any(asset.pk == asset_id for asset in agreement.assets.all())


def _words(run: ActionRun, agreement: SignalAgreement | None) -> dict:
    """Reason and opener, copied: what the salesperson was told must not change with the next version."""
    if agreement is None:
        reason = (run.params or {}).get("reason") or run.cause.get("why", "")
        return {"reason": reason, "opener": ""}
    return {
        "agreement": agreement,
        "revision_id": agreement.live_revision_id,
        "reason": agreement.reason,
        "opener": agreement.opener,
    }


def recipients(alert: Alert) -> list[User]:
    """The owner; for the team queue everybody who looks after it."""
    return [alert.owner] if alert.owner else owners.team()


def who(alert: Alert) -> str:
    """The owner's name, or the team queue."""
    return str(alert.owner) if alert.owner else _("the sales managers")


def headline(alert: Alert) -> str:
    """ "Call Ines Ferro (Example Co): read How cold is cold"."""
    person = f"{alert.contact} ({alert.account})" if alert.account else str(alert.contact)
    if not alert.asset_title:
        return _("Call %s") % person
    return _("Call %(person)s: read %(title)s") % {"person": person, "title": alert.asset_title}


def weak_edge_remark(alert: Alert) -> str:
    """What a weak edge proves and what not; "" when the reader was known by a strong one."""
    if alert.by_claim:
        return wording.claim_remark(alert.contact.email)
    if not alert.by_mail_link:
        return ""
    return _("By the link mailed to %s: proves the mailbox, not the person.") % alert.contact.email


class AlreadyDecided(Exception):
    """Somebody else was first; `outcome` is what they said, None when what was seen is not there (any more)."""

    def __init__(self, outcome: AlertOutcome | None):
        super().__init__(str(outcome.get_outcome_display()) if outcome else "")
        self.outcome = outcome


def decide(
    alert: Alert, outcome: str, *, user: User, reason: str = "", seen: int | None = None, at: datetime | None = None
) -> AlertOutcome:
    """Write what the salesperson says of the alert. `seen`: the latest outcome they had before them (None: open).

    Raises AlreadyDecided, and writes nothing, when another outcome came in between.
    """
    with transaction.atomic():
        Alert.objects.select_for_update().get(pk=alert.pk)
        latest = alert.outcomes.select_related("user").first()
        if (latest.pk if latest else None) != seen:
            raise AlreadyDecided(latest)
        return AlertOutcome.objects.create(alert=alert, outcome=outcome, reason=reason, user=user, at=at or clock.now())
