"""The undertakings that pieces, mail and events belong to, and the vehicles they travel by."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel


class Vehicle(models.Model):
    """A way to reach readers: newsletter, webinar, trade fair, partner blog."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Campaign(ClusterableModel):
    """An undertaking with an objective, dates and a budget. One mail to a segment is a broadcast, not a campaign."""

    name = models.CharField(max_length=120)
    objective = models.TextField(help_text=_("What should be different when it is over."))
    vehicle = models.ForeignKey(Vehicle, models.SET_NULL, null=True, blank=True)
    audience = models.TextField(blank=True, help_text=_("Who it is for, in words."))
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    budget = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    utm_campaign = models.SlugField(unique=True, help_text=_("As it stands in links: utm_campaign=…"))
    expected_result = models.TextField(blank=True)

    class Meta:
        ordering = ["-starts_on", "name"]

    def __str__(self):
        return self.name

    def clean(self):
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("A campaign cannot end before it starts.")})


class CampaignCost(models.Model):
    """Something that was paid for a campaign."""

    campaign = ParentalKey(Campaign, on_delete=models.CASCADE, related_name="costs")
    what = models.CharField(max_length=120, help_text=_("Stand at the fair, printing, agency …"))
    amount = models.DecimalField(max_digits=12, decimal_places=2, help_text=_("Negative: money that came back."))
    paid_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.what
