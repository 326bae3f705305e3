"""Stage changes that rules failed on."""

from collections.abc import Sequence

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import claims
from cms.stuck import Kind, Line
from nurture.contacts.models import StageChange


def _tell(rows: Sequence[StageChange]) -> list[Line]:
    prefetch_related_objects(rows, "contact", "to_stage")
    return [
        Line(
            _("%(contact)s moved to %(stage)s") % {"contact": row.contact, "stage": row.to_stage or "–"},
            row.error,
            row.dead_at,
            reverse("nurture:contact", args=[row.contact_id]),
        )
        for row in rows
    ]


def _drop(row: StageChange, reason: str) -> bool:
    return bool(StageChange.objects.filter(pk=row.pk, dead_at__isnull=False).update(reacted=True, dead_at=None))


KINDS = [
    Kind(
        "stage-changes",
        gettext_lazy("Stage changes that set off no rule"),
        gettext_lazy("The contact stays in the stage. No rule will see that it moved there."),
        lambda: StageChange.objects.filter(dead_at__isnull=False),
        _tell,
        lambda row: bool(claims.revive(StageChange.objects.filter(pk=row.pk))),
        _drop,
    )
]
