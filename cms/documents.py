"""Which files readers may have: one that only internal or unpublished pieces name is not theirs."""

from wagtail.models import ReferenceIndex

from cms.models import AssetPage, LibraryDocument
from cms.models.pages import Audience


def is_internal(document: LibraryDocument) -> bool:
    """Is the file named by pieces, and by none that readers can open? Two queries.

    What no piece names is left to Wagtail's own rules: its collection says who may have it.
    """
    rows = ReferenceIndex.get_references_to(document).values_list("object_id", flat=True)
    pieces = AssetPage.objects.filter(pk__in=[int(row) for row in rows if row.isdecimal()])
    open_to_readers = list(pieces.values_list("live", "audience"))
    return bool(open_to_readers) and not any(
        live and audience != Audience.SALES_ONLY for live, audience in open_to_readers
    )
