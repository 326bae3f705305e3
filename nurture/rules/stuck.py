"""Actions of rules that were given up."""

from collections.abc import Sequence

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.stuck import Kind, Line
from nurture import registry
from nurture.rules import runs
from nurture.rules.models import ActionRun


def _tell(rows: Sequence[ActionRun]) -> list[Line]:
    prefetch_related_objects(rows, "contact")
    labels = dict(registry.choices("action"))
    return [
        Line(
            _("%(action)s for %(contact)s, by the rule “%(rule)s”")
            % {
                "action": labels.get(row.action, row.action),
                "contact": row.contact,
                "rule": row.cause.get("rule", "–"),
            },
            row.outcome,
            row.finished_at,
            reverse("nurture:contact", args=[row.contact_id]),
        )
        for row in rows
    ]


KINDS = [
    Kind(
        "actions",
        gettext_lazy("Actions of rules"),
        gettext_lazy("The action is not carried out. It stays on the list of what rules did, with your reason."),
        lambda: ActionRun.objects.filter(state=ActionRun.State.DEAD),
        _tell,
        runs.retry,
        runs.drop,
    )
]
