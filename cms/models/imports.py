from django.db import models


class ImportedItem(models.Model):
    """Where an imported piece came from, so that a second run of the same source finds it again."""

    source = models.CharField(max_length=200, help_text="Kind and name of the source, for example markdown:blog.")
    key = models.CharField(max_length=255, help_text="The item's own id in that source, for example its file name.")
    page = models.OneToOneField("cms.AssetPage", models.CASCADE, related_name="imported_item")
    content_hash = models.CharField(max_length=64)
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="imported_item_once")]
