"""What was brought in from elsewhere: one row a run, one a piece, one for each address a piece was known under."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportBatch(models.Model):
    """One run of an import: what was read, by whom, what came of it. It is undone as a whole."""

    class State(models.TextChoices):
        OPEN = "open", _("Columns to be named")
        LOOKED = "looked", _("Looked through, nothing written yet")
        WRITTEN = "written", _("Brought in")
        UNDONE = "undone", _("Undone")
        DISCARDED = "discarded", _("Discarded")

    kind = models.CharField(max_length=20, help_text="Name of a registered kind of source (cms/importers/kinds.py).")
    source = models.CharField(max_length=200, help_text="Kind and name of the source, for example markdown:blog.")
    file = models.CharField(max_length=500, help_text="The file's name, or the address it came from.")
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    counts = models.JSONField(default=dict)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    job = models.ForeignKey("cms.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.source} ({self.file})"

    @property
    def name(self) -> str:
        """The source's name without its kind."""
        return self.source.partition(":")[2]


class ImportedItem(models.Model):
    """Where an imported piece came from, so that a second run of the same source finds it again."""

    source = models.CharField(max_length=200, help_text="Kind and name of the source, for example markdown:blog.")
    key = models.CharField(max_length=255, help_text="The item's own id in that source, for example its file name.")
    page = models.OneToOneField("cms.AssetPage", models.CASCADE, related_name="imported_item")
    content_hash = models.CharField(max_length=64)
    imported_at = models.DateTimeField()
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, blank=True, related_name="created_items")
    changed_in = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, blank=True, related_name="written_items")
    revision_id = models.BigIntegerField(
        null=True, blank=True, help_text="What the import wrote last. Another newest revision: a person changed it."
    )
    awaits_pictures = models.BooleanField(default=False, help_text="Pictures of other hosts were not fetched.")
    open_links = models.TextField(blank=True, help_text="Addresses it links to that no piece was known under, by line.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="imported_item_once")]


class ImportedPart(models.Model):
    """A topic, an author, a picture or a file that an import made: undone with it, if nothing uses it."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="parts")
    model = models.CharField(max_length=100, help_text="app.model, in small letters.")
    object_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "object_id"], name="imported_part_once")]

    def __str__(self):
        return f"{self.model} {self.object_id}"


class ImportedAddress(models.Model):
    """An address under which a piece was found where it came from. Links to it become links to the piece."""

    item = models.ForeignKey(ImportedItem, models.CASCADE, related_name="addresses")
    source = models.CharField(max_length=200)
    address = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "address"], name="imported_address_once")]
