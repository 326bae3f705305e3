"""What sales adds to the conditions of a rule. Registered when the app starts (`nurture/apps.py`)."""

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms import agreements
from nurture.registry import register


class AgreementInForceBlock(blocks.StaticBlock):
    """Nothing to choose: every agreement in force counts."""

    class Meta:
        icon = "circle-check"
        admin_text = _("What was read falls under a signal agreement that sales has signed and that has not expired.")


@register("condition")
class AgreementInForce:
    """The piece is a signal that sales and marketing agreed on, at the time it was read."""

    key, label, block = "agreement_in_force", _("A signal agreement covers what was read"), AgreementInForceBlock

    @staticmethod
    def sentence(params) -> str:
        """Plain words."""
        return _g("sales and marketing agreed that this piece is a signal")

    @staticmethod
    def matches(cause, params, context) -> bool:
        """By how the piece was tagged when it was read. The agreements are loaded once a batch: two queries."""
        in_force = context.load("agreements", lambda batch: agreements.in_force(batch.at))
        return any(covers(agreement, cause) for agreement in in_force)


def covers(agreement, cause) -> bool:
    """Is this reading a signal under the agreement? `cause` has asset_id, stage_id, topics, format."""
    return cause.asset_id is not None and agreements.applies_to(
        agreement,
        asset_id=cause.asset_id,
        stage_id=cause.stage_id,
        topic_ids=cause.topics,
        format=cause.format,
    )
