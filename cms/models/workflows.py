"""The workflow step by which sales signs a signal agreement."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask

from cms import agreements


class SalesSignsTask(AbstractGroupApprovalTask):
    """Approving publishes the agreement and signs exactly what was published, both or neither."""

    class Meta:
        verbose_name = _("Sales signs")
        verbose_name_plural = _("Sales signs")

    @transaction.atomic
    def on_action(self, task_state, user, action_name, **kwargs):
        """Approve: sign the newest version, which is the one that approval publishes. Else as in any other step."""
        if action_name == "approve":
            agreement = task_state.workflow_state.content_object
            agreements.sign(agreement, agreement.get_latest_revision(), user)
        super().on_action(task_state, user, action_name, **kwargs)

    def get_actions(self, obj, user):
        """In the words of the people who do it."""
        if not super().get_actions(obj, user):
            return []
        return [
            ("reject", _("Ask for changes"), True),
            ("approve", _("Sign"), False),
            ("approve", _("Sign with a comment"), True),
        ]

    @classmethod
    def get_description(cls):
        return _("Somebody of sales signs a signal agreement; signing puts it in force")
