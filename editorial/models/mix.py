"""What the plan should be made of: shares that the team aims at, each for a time.

By stage and by persona a share is named by the row's key, `stage:12`: the team adds rows of both, so what there is to
aim at is read when a target is set or shown, never by the model itself (`kinds`).
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from cms.models import BuyingStage, Persona
from cms.models.pages import Approach, Format, Length, Medium, ShelfLife

DIMENSIONS = {
    "approach": (_("Idea or product"), Approach),
    "length": (_("Length"), Length),
    "medium": (_("Medium"), Medium),
    "format": (_("Format"), Format),
    "shelf_life": (_("Shelf life"), ShelfLife),
}
ROWS = {"stage": (_("Buying stage"), BuyingStage), "persona": (_("Persona"), Persona)}
LABELS = {key: label for key, (label, _kind) in (DIMENSIONS | ROWS).items()}

Kinds = dict[str, list[tuple[str, str]]]  # of each dimension: (value, label)


def kinds(rows: Iterable[str] = tuple(ROWS)) -> Kinds:
    """What there is of each dimension. A query for each of `rows`, of which there is nothing otherwise."""
    fixed = {key: list(kind.choices) for key, (_label, kind) in DIMENSIONS.items()}
    return fixed | {key: [(str(row.pk), str(row)) for row in ROWS[key][1].objects.all()] for key in rows}


def shares() -> list[tuple]:
    """What a target can be about, in groups: `approach:product`. Two queries."""
    return [(LABELS[key], [(f"{key}:{value}", label) for value, label in found]) for key, found in kinds().items()]


class MixTarget(models.Model):
    """A share of all pieces that the team does not want to exceed, or to fall short of, from a day on."""

    class Bound(models.TextChoices):
        AT_MOST = "at_most", _("At most")
        AT_LEAST = "at_least", _("At least")

    share_of = models.CharField(_("share of"), max_length=40)
    bound = models.CharField(_("how much"), max_length=8, choices=Bound.choices, default=Bound.AT_LEAST)
    percent = models.PositiveSmallIntegerField(
        _("per cent"), validators=[MaxValueValidator(100)], help_text=_("Of all pieces of the time that is looked at.")
    )
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"), null=True, blank=True, help_text=_("Last day; empty: for good."))

    class Meta:
        ordering = ["share_of", "-valid_from", "pk"]
        verbose_name = _("target for the mix")
        verbose_name_plural = _("targets for the mix")

    def __str__(self):
        return f"{self.what}: {self.get_bound_display().lower()} {self.percent} %"

    @property
    def what(self) -> str:
        """What it is about. A query, where that is a stage or a persona."""
        if self.dimension in ROWS:
            rows = ROWS[self.dimension][1].objects.filter(pk=self.value) if self.value.isdecimal() else ()
            return next((str(row) for row in rows), _g("deleted"))
        return str(dict(DIMENSIONS[self.dimension][1].choices).get(self.value, self.value))

    @property
    def dimension(self) -> str:
        return self.share_of.partition(":")[0]

    @property
    def value(self) -> str:
        return self.share_of.partition(":")[2]

    def clean(self):
        """One target of a kind at a time: two would contradict each other."""
        if self.valid_from is None:
            return
        if self.valid_until and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": _("That is before it begins.")})
        others = MixTarget.objects.filter(share_of=self.share_of, bound=self.bound).exclude(pk=self.pk)
        others = others.exclude(valid_until__lt=self.valid_from)
        if self.valid_until:
            others = others.exclude(valid_from__gt=self.valid_until)
        if other := others.first():
            said = {"target": other, "day": other.valid_from.isoformat()}
            raise ValidationError(
                _("“%(target)s” from %(day)s is in force in these days. Give it a last day, or change it.") % said
            )
