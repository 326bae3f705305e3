"""A column that Wagtail has not: its own for dates tells how long ago they are, and of a day to come "just now"."""

from django.utils.formats import date_format
from wagtail.admin.ui.tables import Column


class DayColumn(Column):
    """A day, past or to come, as it is written in a letter; nothing where there is none."""

    def get_value(self, instance):
        day = super().get_value(instance)
        return date_format(day) if day else ""
