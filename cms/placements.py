"""The stage of each piece, as sales sees it: proposed until sales agrees or disputes, open again when it changes."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cms import clock, policy
from cms.models import AssetPage, BuyingStage, StageStatement
from cms.models.placements import StageStatement as Statement

VERDICTS = (Statement.Kind.AGREED, Statement.Kind.DISPUTED)
LONGEST_TEXT = 2000

Pair = tuple[int, int]  # (asset id, the stage id that the person saw)


class State(models.TextChoices):
    """Where a piece's stage stands between marketing and sales."""

    PROPOSED = "proposed", _("Proposed")
    AGREED = "agreed", _("Agreed")
    DISPUTED = "disputed", _("Disputed")


class UnsaidError(Exception):
    """A dispute or remark without words."""


def with_state(pieces: QuerySet[AssetPage]) -> QuerySet[AssetPage]:
    """Each piece with `placed`, a value of State, and `placed_at`, about the stage that it has now. No extra query."""
    about_now = Statement.objects.filter(asset=OuterRef("pk"), stage=OuterRef("primary_stage"), kind__in=VERDICTS)
    newest = about_now.order_by("-pk")
    return pieces.annotate(
        placed=Coalesce(Subquery(newest.values("kind")[:1]), Value(State.PROPOSED.value)),
        placed_at=Subquery(newest.values("said_at")[:1]),
    )


def open_to_sales() -> QuerySet[AssetPage]:
    """The live pieces that have a stage, with their state."""
    return with_state(AssetPage.objects.live().exclude(primary_stage=None))


def agree(pairs: Iterable[Pair], user) -> tuple[list[int], list[int]]:
    """Sales agrees with the stage of each piece, if it still is the one that was seen.

    Answers (ids that are agreed now, ids passed over because their stage has changed or they are gone). A piece that
    was agreed before is not said again. Raises PermissionDenied without the right `placement.judge`.
    """
    return _judge(pairs, user, Statement.Kind.AGREED)


def dispute(pairs: Iterable[Pair], user, text: str, suggested: BuyingStage | None = None):
    """Sales disputes the stage of each piece, with the reason. Answers and raises as `agree`; UnsaidError without."""
    if not text.strip():
        raise UnsaidError(_("Say why, so that marketing can answer or change it."))
    return _judge(pairs, user, Statement.Kind.DISPUTED, text.strip()[:LONGEST_TEXT], suggested)


def remark(piece: AssetPage, user, text: str) -> StageStatement:
    """Add to the thread of a piece. Raises PermissionDenied without `placement.view`, UnsaidError without words."""
    if not policy.may(user, "placement.view"):
        raise PermissionDenied(_("Only marketing and sales speak about the stage of a piece."))
    if not text.strip():
        raise UnsaidError(_("Write a sentence first."))
    words = {"kind": Statement.Kind.REMARK, "text": text.strip()[:LONGEST_TEXT]}
    return Statement.objects.create(
        asset=piece, stage_id=piece.primary_stage_id, user=user, said_at=clock.now(), **words
    )


def thread(piece: AssetPage) -> QuerySet[StageStatement]:
    """All that was said of the piece's stages, oldest first."""
    return piece.stage_statements.select_related("user", "stage", "suggested_stage")


@transaction.atomic
def _judge(pairs, user, kind, text="", suggested=None):
    if not policy.may(user, "placement.judge"):
        raise PermissionDenied(_("Only sales agrees with the stage of a piece, or disputes it."))
    seen = dict(pairs)
    wanted = Q(pk__in=seen)
    # Locked: nobody publishes another stage between the comparison and the verdict.
    list(AssetPage.objects.select_for_update().filter(wanted).order_by("pk").values_list("pk", flat=True))
    pieces = {piece.pk: piece for piece in open_to_sales().filter(wanted).select_related("primary_stage").defer("body")}
    fits = [pk for pk, stage in seen.items() if pk in pieces and pieces[pk].primary_stage_id == stage]
    fresh = [pk for pk in fits if kind == Statement.Kind.DISPUTED or pieces[pk].placed != kind]
    now = clock.now()
    Statement.objects.bulk_create(
        Statement(
            asset_id=pk, stage_id=seen[pk], kind=kind, text=text, suggested_stage=suggested, user=user, said_at=now
        )
        for pk in fresh
    )
    for pk in fresh:
        log(pieces[pk], f"stage.{kind}", user=user, data={"stage": str(pieces[pk].primary_stage), "why": text})
    return fits, [pk for pk in seen if pk not in fits]
