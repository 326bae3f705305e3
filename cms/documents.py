"""Which files readers may have by their number: none that stands behind a gate, or that only internal pieces name."""

from django.db.models import Q
from wagtail.models import ReferenceIndex

from cms.gates.offers import LOCKED
from cms.models import AssetPage, LibraryDocument
from cms.models.pages import Audience


def is_internal(document: LibraryDocument) -> bool:
    """Is it kept from readers? One behind a gate is, whoever else names it: its gate gives it out by signed links.

    So is one that pieces name and none that readers can open, or that only drafts have among their files. Three queries
    at most. What no piece names is left to Wagtail's own rules: its collection says who may have it.
    """
    attached = Q(files__document=document)
    if AssetPage.objects.filter(attached & LOCKED).exists():
        return True
    rows = ReferenceIndex.get_references_to(document).values_list("object_id", flat=True)
    named = Q(pk__in=[int(row) for row in rows if row.isdecimal()]) | attached
    pieces = list(AssetPage.objects.filter(named).distinct().values_list("live", "audience"))
    if not pieces:
        return _is_of_draft(document)
    return not any(live and audience != Audience.SALES_ONLY for live, audience in pieces)


def _is_of_draft(document: LibraryDocument) -> bool:
    """Among the files of a version that was not published yet: those stand in its JSON alone."""
    as_stored = [f'"document": {document.pk}{end}' for end in (",", "}")]
    drafts = AssetPage.objects.filter(has_unpublished_changes=True)
    return drafts.filter(
        Q(latest_revision__content__icontains=as_stored[0]) | Q(latest_revision__content__icontains=as_stored[1])
    ).exists()
