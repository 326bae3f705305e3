"""An expert asked for an entry: by a link, with questions, and about the quotes that will be published."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Interview(models.Model):
    """Who is asked, and until when. Of the secret in their link only the hash is kept; a new link ends the old one."""

    entry = models.ForeignKey("editorial.Entry", models.CASCADE, related_name="interviews")
    name = models.CharField(max_length=100)
    role = models.CharField(_("role and organisation"), max_length=160, blank=True)
    email = models.EmailField()
    digest = models.CharField(max_length=64, unique=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "pk"]

    def __str__(self):
        return self.name


class InterviewQuestion(models.Model):
    """One question to the expert, and their answer. Empty: open."""

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="questions")
    text = models.CharField(max_length=500)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.text


class Quote(models.Model):
    """Their words as they will be published. Never changed: another wording is another quote, and asked about anew."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("Approved")
        CORRECTED = "corrected", _("Corrected")
        REFUSED = "refused", _("Not to be used")

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="quotes")
    text = models.TextField(max_length=1000)
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    correction = models.TextField(max_length=1000, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.wording

    @property
    def wording(self) -> str:
        """What they want to be quoted with."""
        return self.correction or self.text
