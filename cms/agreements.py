"""Signal agreements: signing, withdrawing, which are in force, and which pieces they are about.

In force means: live, signed for the very revision that is live, not withdrawn, not past its last day.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log
from wagtail.models import WorkflowState

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
