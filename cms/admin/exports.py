"""The spreadsheets of Wagtail's own reports, such as the site history: names that readers gave stand in them, too."""

from wagtail.admin.views.mixins import SpreadsheetExportMixin

from cms import spreadsheets


def calculate_nothing() -> None:
    """From now on no text of theirs is taken for a formula; in an .xlsx Wagtail says itself that it is text. Twice is
    the same as once."""
    SpreadsheetExportMixin.custom_value_preprocess[str] = {SpreadsheetExportMixin.FORMAT_CSV: spreadsheets.escaped}
