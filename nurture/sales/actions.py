"""What sales adds to the actions of a rule. Registered when the app starts (`nurture/apps.py`)."""

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from nurture.registry import register
from nurture.sales import alerts


class AlertOwnerBlock(blocks.StructBlock):
    """Reason and opener come from the agreement; without one, from the rule."""

    reason = blocks.TextBlock(
        required=False,
        label=_("Reason, when no agreement gives one"),
        help_text=_("Left empty, the salesperson sees what the rule says that it signals."),
    )

    class Meta:
        icon = "user"


@register("action")
class AlertOwner:
    """Tell the one salesperson who should call."""

    key, label, block, outward = "alert_owner", _("Alert the owner"), AlertOwnerBlock, True

    @staticmethod
    def sentence(params) -> str:
        """Plain words."""
        return _g("alert the salesperson who owns the account")

    @staticmethod
    def perform(run) -> str:
        """Raise the alert in the transaction that finishes the run; a repeat finds the one that is there."""
        alert = alerts.raise_for(run)
        return _g("Alerted %(who)s: %(because)s") % {"who": alerts.who(alert), "because": alert.owner_because}
