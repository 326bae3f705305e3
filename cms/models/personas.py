"""What is known of a persona besides figures: notes of interviews."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonaNote(models.Model):
    """An interview, or part of one, kept as evidence of how a persona thinks."""

    class Leave(models.TextChoices):
        NONE = "none", _("Not to be quoted")
        UNNAMED = "unnamed", _("May be quoted without a name")
        NAMED = "named", _("May be quoted by name")

    persona = models.ForeignKey("cms.Persona", models.CASCADE, related_name="notes")
    who = models.CharField(
        _("with whom"),
        max_length=160,
        help_text=_("A role is enough: “head of logistics, frozen food”. A name only with their leave."),
    )
    held_on = models.DateField(_("on"))
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    notes = models.TextField(_("what they said"))
    leave = models.CharField(_("leave to quote"), max_length=8, choices=Leave.choices, default=Leave.NONE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-held_on", "-pk"]
        verbose_name = _("interview")
        indexes = [models.Index(fields=["persona", "-held_on", "-id"], name="persona_notes")]

    def __str__(self):
        return self.who
