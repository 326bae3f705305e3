"""What words the public pieces say, so that somebody who mistypes one can be asked whether they meant it."""

from django.db import models


class Vocabulary(models.Model):
    """The words of the public pieces of one part of the library, counted as a whole each time (`cms/vocabulary.py`)."""

    part = models.PositiveBigIntegerField(unique=True, help_text="Pieces of neighbouring numbers.")
    words = models.JSONField(help_text="{word: in how many of these pieces}")
    pieces = models.PositiveIntegerField(help_text="How many public pieces it had when it was counted,")
    changed_at = models.DateTimeField(null=True, help_text="and when the last of them had changed.")

    class Meta:
        ordering = ["-part"]

    def __str__(self):
        return f"{self.part}: {len(self.words)}"
