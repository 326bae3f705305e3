"""What a rule can do inside the database. Actions that leave the machine are in nurture/mail and nurture/sales.

An action: key, label, block (its form), outward (does it leave the machine?), sentence(params). Inward actions have
apply(runs) -> outcomes, set-based, in the engine's transaction; outward ones have perform(run) -> outcome, later.
"""

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms.models import BuyingStage
from nurture.contacts import stages
from nurture.contacts.models import Contact
from nurture.contacts.stages import Move
from nurture.registry import register
from nurture.rules import choices


class MoveStageBlock(blocks.StructBlock):
    """Where to, and whether backwards is allowed."""

    stage = blocks.ChoiceBlock(choices=choices.stages, label=_("To the stage"))
    forward_only = blocks.BooleanBlock(
        required=False, default=True, label=_("Only forward"), help_text=_("Leave those who are further alone.")
    )

    class Meta:
        icon = "order"


@register("action")
class MoveStage:
    """Move the contact to a stage."""

    key, label, block, outward = "move_stage", _("Move to a stage"), MoveStageBlock, False

    @staticmethod
    def sentence(params) -> str:
        """Plain words."""
        stage = choices.named([params["stage"]], choices.stages())
        return _g("move them to %s") % stage if params["forward_only"] else _g("move them to %s, even back") % stage

    @staticmethod
    def apply(runs, reasons) -> list[str]:
        """Move the contacts of `runs` together; `reasons` are the words for the timeline, one a run. Outcomes."""
        slugs = {run.params["stage"] for run in runs}
        targets = {stage.slug: stage for stage in BuyingStage.objects.filter(slug__in=slugs)}
        contacts = {row.pk: row for row in Contact.objects.filter(pk__in={run.contact_id for run in runs})}
        moves = [
            Move(
                contact=contacts[run.contact_id],
                to_stage=targets[run.params["stage"]],
                reason=reason,
                at=run.caused_at,
                cause_uuid=run.cause_uuid,
                forward_only=run.params.get("forward_only", True),
            )
            for run, reason in zip(runs, reasons, strict=True)
            if run.params["stage"] in targets
        ]
        moved = {(change.contact_id, change.cause_uuid) for change in stages.move_all(moves)}
        return [_outcome(run, targets, moved) for run in runs]


def _outcome(run, targets, moved) -> str:
    if run.params["stage"] not in targets:
        return _g("That stage no longer exists; edit the rule.")
    if (run.contact_id, run.cause_uuid) in moved:
        return _g("Moved.")
    return _g("Stayed: already there or further.")
