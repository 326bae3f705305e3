"""What the plan should be made of: shares that the team aims at, each for a time."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.models.pages import Approach, Format, Length, Medium, ShelfLife

DIMENSIONS = {
    "approach": (_("Idea or product"), Approach),
    "length": (_("Length"), Length),
    "medium": (_("Medium"), Medium),
    "format": (_("Format"), Format),
    "shelf_life": (_("Shelf life"), ShelfLife),
}


def shares() -> list[tuple]:
    """What a target can be about, in groups: `approach:product`."""
    return [
        (name, [(f"{dimension}:{value}", label) for value, label in kind.choices])
        for dimension, (name, kind) in DIMENSIONS.items()
    ]


class MixTarget(models.Model):
    """A share of all pieces that the team does not want to exceed, or to fall short of, from a day on."""

    class Bound(models.TextChoices):
        AT_MOST = "at_most", _("At most")
        AT_LEAST = "at_least", _("At least")

    share_of = models.CharField(_("share of"), max_length=40, choices=shares)
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
        return f"{self.get_share_of_display()}: {self.get_bound_display().lower()} {self.percent} %"

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
