"""How pieces are told apart: the buying stage a piece serves, the persona it is for, the topic it is about."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.models import TagBase
from wagtail.search import index


class OwnerGroup(models.TextChoices):
    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")
    SERVICE = "service", _("Service")


class BuyingStage(models.Model):
    """One step of the buying cycle, in order. The cycle is data: a team may rename, add and reorder."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    definition = models.TextField(help_text=_("What is true of a buyer at this stage, in one or two sentences."))
    exit_criteria = models.TextField(blank=True, help_text=_("How we know that they have moved on."))
    what_we_do = models.TextField(blank=True, help_text=_("What is done at this stage, and by whom."))
    owner_group = models.CharField(max_length=12, choices=OwnerGroup.choices, default=OwnerGroup.MARKETING)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="owned_stages"
    )
    backup_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="backed_up_stages"
    )
    backup_group = models.CharField(max_length=12, choices=OwnerGroup.choices, blank=True)
    target_days = models.PositiveIntegerField(null=True, blank=True, help_text=_("Days a buyer should spend here."))
    target_conversion = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Percent who should reach the next stage.")
    )
    default_gate = models.ForeignKey(
        "cms.Gate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stages",
        help_text=_("Before the files of gated pieces of this stage that name no other. Empty: their files are open."),
    )
    sort_order = models.PositiveIntegerField(default=0, db_index=True)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("buying stage")

    def __str__(self):
        return self.name


class Persona(index.Indexed, models.Model):
    """A kind of reader: their job and their questions, not a single person."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Topic(TagBase):
    """What a piece is about. A controlled list: writers choose from it, they do not grow it by typing."""

    free_tagging = False
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class MergedTopic(models.Model):
    """A topic that is part of another by now: old addresses, drafts, rules and readings still know it by this."""

    old_id = models.BigIntegerField(unique=True, help_text="The primary key that it had.")
    slug = models.SlugField(max_length=100)
    name = models.CharField(max_length=100)
    into = models.ForeignKey(Topic, models.CASCADE, related_name="merged")
    merged_at = models.DateTimeField()


class Objection(TagBase):
    """What a buyer says against it, with our answer. A controlled list, so that sales finds the pieces that answer."""

    free_tagging = False
    answer = models.TextField(blank=True, help_text=_("What we answer, in a sentence or two that can be said aloud."))

    class Meta:
        ordering = ["name"]
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
