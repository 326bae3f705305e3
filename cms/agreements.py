"""Signal agreements: signing, withdrawing, which are in force, and which pieces they are about.

In force means: live, signed for the very revision that is live, not withdrawn, not past its last day.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log
from wagtail.log_actions import registry as log_registry
from wagtail.models import ModelLogEntry, WorkflowState

from cms import clock, policy, signals
from cms.models.agreements import AgreementSignature, SignalAgreement
from cms.models.pages import AssetPage, AssetTopic


class State(models.TextChoices):
    """Where an agreement stands, as the list shows it."""

    DRAFT = "draft", _("Draft")
    WAITING = "waiting", _("Waiting for signature")
    IN_FORCE = "in_force", _("In force")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# What the history of an agreement tells, and in which words.
HISTORY = {
    "wagtail.create": _("Drafted"),
    "wagtail.workflow.start": _("Signature requested"),
    "wagtail.workflow.resume": _("Signature requested again"),
    "wagtail.workflow.reject": _("Changes asked for"),
    "wagtail.workflow.cancel": _("Request taken back"),
    "agreement.sign": _("Signed: in force"),
    "agreement.expire": _("Last day passed: ended"),
    "agreement.withdraw": _("Withdrawn"),
}
EXPIRED_A_TURN = 20


class NotInForceError(Exception):
    """There is no signature that could be withdrawn."""


@transaction.atomic
def sign(agreement: SignalAgreement, revision, user) -> AgreementSignature:
    """Sales signs `revision` of `agreement`. Signing the same revision again changes nothing.

    Raises PermissionDenied without the right `agreement.sign`, ValueError for another agreement's revision.
    """
    if not policy.may(user, "agreement.sign"):
        raise PermissionDenied(_("Only sales can sign a signal agreement."))
    if str(revision.object_id) != str(agreement.pk) or revision.content_object != agreement:
        raise ValueError(f"Revision {revision.pk} is not one of agreement {agreement.pk}")
    signature, made = AgreementSignature.objects.get_or_create(
        agreement=agreement, revision=revision, defaults={"user": user, "signed_at": clock.now()}
    )
    if made:
        log(agreement, "agreement.sign", user=user, revision=revision)
        ids = {"agreement_id": agreement.pk, "revision_id": revision.pk, "user_id": user.pk}
        transaction.on_commit(lambda: signals.agreement_signed.send_robust(SignalAgreement, **ids))
    return signature


@transaction.atomic
def withdraw(agreement: SignalAgreement, user, reason: str = "") -> AgreementSignature:
    """End the agreement now; its next version may be signed again. The signature stays, with the moment it ended.

    Raises PermissionDenied without the right `agreement.withdraw`, NotInForceError when nothing is signed.
    """
    if not policy.may(user, "agreement.withdraw"):
        raise PermissionDenied(_("Only marketing and sales can withdraw a signal agreement."))
    signature = agreement.signatures.filter(revision=agreement.live_revision_id, withdrawn_at=None).first()
    ended = signature and agreement.signatures.filter(pk=signature.pk, withdrawn_at=None).update(
        withdrawn_at=clock.now()
    )
    if not ended:
        raise NotInForceError(_("%(name)s is not signed, so there is nothing to withdraw.") % {"name": agreement.name})
    log(agreement, "agreement.withdraw", user=user, revision=signature.revision, data={"reason": reason})
    signature.refresh_from_db()
    return signature


def expire_due() -> int:
    """Note each signed agreement whose last day has passed, once: in its history, and by mail to writer and signer.

    It stopped to count at midnight without this; here people hear of it. Answers how many.
    """
    due = AgreementSignature.objects.filter(
        expired_at=None,
        withdrawn_at=None,
        revision=F("agreement__live_revision"),
        agreement__live=True,
        agreement__expires_on__lt=timezone.localdate(clock.now()),
    )
    rows = due.select_related("agreement", "user", "revision__user").order_by("pk")[:EXPIRED_A_TURN]
    return sum(_expire(signature) for signature in rows)


@transaction.atomic
def _expire(signature: AgreementSignature) -> int:
    mine = AgreementSignature.objects.filter(pk=signature.pk, expired_at=None)
    if not mine.update(expired_at=clock.now()):
        return 0  # another worker was first
    agreement = signature.agreement
    log(agreement, "agreement.expire", revision=signature.revision)
    people = [user for user in (signature.user, signature.revision.user) if user and user.is_active and user.email]
    address = settings.BASE_URL + reverse("agreements:inspect", args=[agreement.pk])
    words = _("“%(name)s” ended on %(day)s and raises no more alerts. To go on, submit a new version to sales: %(url)s")
    told = words % {"name": agreement.name, "day": date_format(agreement.expires_on), "url": address}
    for email in sorted({user.email for user in people}):
        send_mail(_("Signal agreement ended: %(name)s") % {"name": agreement.name}, told, None, [email])
    ids = {"agreement_id": agreement.pk, "revision_id": signature.revision_id}
    transaction.on_commit(lambda: signals.agreement_expired.send_robust(SignalAgreement, **ids))
    return 1


def history(agreement: SignalAgreement) -> list[ModelLogEntry]:
    """Its way from draft to end, oldest first: drafted, requested, changes asked for, signed, ended. One query."""
    rows = log_registry.get_logs_for_instance(agreement).filter(action__in=HISTORY)
    return list(rows.select_related("user").order_by("timestamp", "pk"))


def pieces(agreement: SignalAgreement) -> QuerySet[AssetPage]:
    """The live pieces that are the signal under it, as tagged now: the single ones, and those that fit the set."""
    named = Q(pk__in=[asset.pk for asset in agreement.assets.all()])
    described = {"primary_stage": agreement.stage_id, "format": agreement.format}
    fits = {name: wanted for name, wanted in described.items() if wanted}
    if agreement.topic_id:
        fits["pk__in"] = AssetTopic.objects.filter(tag=agreement.topic_id).values("content_object")
    return AssetPage.objects.live().filter(named | Q(**fits) if fits else named).order_by("title", "pk")


def with_state(queryset, at: datetime):
    """Each agreement with `signed`, `withdrawn`, `in_review` (all about now's versions) and `day`, for `state()`."""
    of_live = AgreementSignature.objects.filter(
        agreement=OuterRef("pk"), revision=OuterRef("live_revision"), signed_at__lte=at
    )
    reviews = WorkflowState.objects.filter(
        base_content_type__app_label="cms",
        base_content_type__model="signalagreement",
        object_id=Cast(OuterRef("pk"), models.CharField()),
        status=WorkflowState.STATUS_IN_PROGRESS,
    )
    standing = Q(withdrawn_at=None) | Q(withdrawn_at__gt=at)
    return queryset.annotate(
        signed=Exists(of_live.filter(standing)),
        withdrawn=Exists(of_live.exclude(standing)),
        in_review=Exists(reviews),
        day=models.Value(timezone.localdate(at), output_field=models.DateField()),
    )


def state(agreement: SignalAgreement) -> State:
    """Where an agreement from `with_state` stands."""
    if agreement.live and agreement.signed:
        expired = agreement.expires_on is not None and agreement.expires_on < agreement.day
        return State.EXPIRED if expired else State.IN_FORCE
    if agreement.in_review:
        return State.WAITING
    if agreement.withdrawn:
        return State.WITHDRAWN
    return State.WAITING if agreement.live else State.DRAFT


def in_force(at: datetime) -> list[SignalAgreement]:
    """The agreements in force at that moment, with their single pieces read. Two queries."""
    day = timezone.localdate(at)
    rows = with_state(SignalAgreement.objects.filter(live=True), at).filter(signed=True)
    rows = rows.filter(Q(expires_on=None) | Q(expires_on__gte=day))
    return list(rows.select_related("stage", "topic").prefetch_related("assets").order_by("pk"))


def applies_to(
    agreement: SignalAgreement,
    *,
    asset_id: int,
    stage_id: int | None = None,
    topic_ids: Iterable[int] = (),
    format: str = "",
) -> bool:
    """Is this piece, tagged so when it was read, a signal under the agreement? `stage_id` is its primary stage.

    Yes when it is one of the single pieces, or fits the set: every one of stage, topic and format that is filled.
    """
    if any(asset.pk == asset_id for asset in agreement.assets.all()):
        return True
    described = [
        (agreement.stage_id, agreement.stage_id == stage_id),
        (agreement.topic_id, agreement.topic_id in set(topic_ids)),
        (agreement.format, agreement.format == format),
    ]
    filled = [fits for wanted, fits in described if wanted]
    return bool(filled) and all(filled)


def for_assets(asset_ids: Iterable[int], at: datetime) -> dict[int, list[SignalAgreement]]:
    """For each piece, as tagged now, the agreements in force. Four queries, however many pieces."""
    ids = set(asset_ids)
    topics: dict[int, list[int]] = {}
    tagged = AssetTopic.objects.filter(content_object__in=ids)
    for asset_id, topic_id in tagged.values_list("content_object_id", "tag_id"):
        topics.setdefault(asset_id, []).append(topic_id)
    pieces = AssetPage.objects.filter(pk__in=ids).values_list("pk", "primary_stage_id", "format")
    agreements = in_force(at)
    return {
        pk: [
            agreement
            for agreement in agreements
            if applies_to(agreement, asset_id=pk, stage_id=stage_id, topic_ids=topics.get(pk, ()), format=format)
        ]
        for pk, stage_id, format in pieces
    }


def about(piece: AssetPage) -> list[tuple[SignalAgreement, State]]:
    """Every agreement that names or describes the piece as it is tagged now, in force or not. Three queries."""
    rows = with_state(SignalAgreement.objects.all(), clock.now()).prefetch_related("assets")
    tags = {
        "stage_id": piece.primary_stage_id,
        "topic_ids": set(AssetTopic.objects.filter(content_object=piece.pk).values_list("tag", flat=True)),
        "format": piece.format,
    }
    return [(row, state(row)) for row in rows if applies_to(row, asset_id=piece.pk, **tags)]
