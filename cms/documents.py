"""Which files readers may have by their number: none that stands behind a gate, or that only internal pieces name."""

from functools import reduce
from operator import or_

from django.db.models import Q
from wagtail.models import ReferenceIndex

from cms.gates.offers import LOCKED
from cms.models import AssetPage, LibraryDocument
from cms.models.pages import Audience

OFFERED_IN_TEXT = "body.download.document"  # where Wagtail's index says that a download block names a file
IN_BLOCKS = ("document", "file", "captions")  # what the fields of cms/blocks.py that hold files are called
ENDS = (",", "}")


def is_internal(document: LibraryDocument) -> bool:
    """Is it kept from readers? One behind a gate is, whoever else names it: its gate gives it out by signed links.

    So is one that pieces name and none that readers can open, or that only drafts have among their files. Three queries
    at most. What no piece names is left to Wagtail's own rules: its collection says who may have it.
    """
    rows = ReferenceIndex.get_references_to(document).values_list("object_id", "model_path")
    paths = [(int(pk), path) for pk, path in rows if pk.isdecimal()]
    attached = Q(files__document=document)
    offered = attached | Q(pk__in=[pk for pk, path in paths if path == OFFERED_IN_TEXT])
    if AssetPage.objects.filter(offered & LOCKED).exists():
        return True
    named = Q(pk__in=[pk for pk, _path in paths]) | attached
    pieces = list(AssetPage.objects.filter(named).distinct().values_list("live", "audience"))
    if not pieces:
        return _is_of_draft(document)
    return not any(live and audience != Audience.SALES_ONLY for live, audience in pieces)


def _is_of_draft(document: LibraryDocument) -> bool:
    """Among the files of a version that was not published yet, or in its blocks: those stand in its JSON alone."""
    attached = [f'"document": {document.pk}{end}' for end in ENDS]
    # The body is JSON inside that JSON.
    in_blocks = [f'\\"{name}\\": {document.pk}{end}' for name in IN_BLOCKS for end in ENDS]
    words = [Q(latest_revision__content__icontains=word) for word in (*attached, *in_blocks)]
    return AssetPage.objects.filter(reduce(or_, words), has_unpublished_changes=True).exists()
