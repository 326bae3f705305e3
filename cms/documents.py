"""Files by their number: how they are served, and which readers may have: none that stands behind a gate, or that only
internal pieces name."""

import logging
import re
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from wagtail import hooks
from wagtail.documents.models import document_served
from wagtail.models import ReferenceIndex

from cms import serving
from cms.gates.offers import HIGHEST, LOCKED
from cms.models import AssetPage, LibraryDocument
from cms.models.pages import Audience

OFFERED_IN_TEXT = "body.download.document"  # where Wagtail's index says that a download block names a file
A_TRACK = re.compile(r"(body\.[^.]+)\.tracks\.[^.]+\.file")  # and a player its captions, beside what it plays
IN_BLOCKS = ("document", "file", "captions")  # what the fields of cms/blocks.py that hold files are called
ENDS = (",", "}")
QUOTE = '\\\\\\"'  # three backslashes and a quotation mark

logger = logging.getLogger(__name__)


@require_safe
def serve(request, number: int, name: str):
    """GET /documents/NUMBER/NAME, in place of Wagtail's own view: that one knows no ranges, and its signal says
    "served" for HEAD, a 304 and each part. Here it is sent once a download."""
    document = find(number, name)
    response = refusal(request, document) or sent(request, document, is_open=True)
    if serving.is_beginning(request, response):
        document_served.send(sender=LibraryDocument, instance=document, request=request)
    return response


def find(number: int, name: str) -> LibraryDocument:
    """The document of that number and file name. Raises Http404."""
    document = LibraryDocument.objects.filter(pk=number).first() if number < HIGHEST else None
    if document is None or document.filename != name:
        raise Http404
    return document


def refusal(request, document: LibraryDocument) -> HttpResponse | None:
    """What whoever may not have it gets, by Wagtail's question (its collection) and ours (is it internal?)."""
    answers = (hook(document, request) for hook in hooks.get_hooks("before_serve_document"))
    return next((answer for answer in answers if isinstance(answer, HttpResponse)), None)


def sent(request, document: LibraryDocument, *, is_open: bool) -> HttpResponseBase:
    """The file, whole or the part that is asked for. Raises Http404 where it is gone from the disk."""
    try:
        return serving.answer(request, document, is_open=is_open)
    except FileNotFoundError as error:
        logger.exception("The file of document %s is not on the disk", document.pk)
        raise Http404 from error


def is_internal(document: LibraryDocument) -> bool:
    """Is it kept from readers? One behind a gate is, whoever else names it: its gate gives it out by signed links. The
    captions of a recording are where it is.

    So is one that pieces name and none that readers can open, or that only drafts have among their files. Three queries
    at most, two more for captions. What no piece names is left to Wagtail's own rules: its collection says who may have
    it.
    """
    rows = _references([document.pk])
    if _is_behind_gate({document.pk, *_played_with(rows)}, rows):
        return True
    named = Q(pk__in=[row.page for row in rows]) | Q(files__document=document)
    pieces = list(AssetPage.objects.filter(named).distinct().values_list("live", "audience"))
    if not pieces:
        return _is_of_draft(document)
    return not any(live and audience != Audience.SALES_ONLY for live, audience in pieces)


class _Reference(NamedTuple):
    """Where a piece names a file."""

    page: int
    path: str  # of the field
    place: str  # of this one among its like


def _references(documents: Iterable[int]) -> list[_Reference]:
    """All places where these files are named. One query."""
    kind = ContentType.objects.get_for_model(LibraryDocument)
    rows = ReferenceIndex.objects.filter(to_content_type=kind, to_object_id__in=[str(pk) for pk in documents])
    found = rows.values_list("object_id", "model_path", "content_path")
    return [_Reference(int(pk), *paths) for pk, *paths in found if pk.isdecimal()]


def _played_with(rows: list[_Reference]) -> set[int]:
    """The recordings whose captions are named there. No query for what is no captions."""
    players = {(row.page, f"{found[1]}.file") for row in rows if (found := A_TRACK.fullmatch(row.place))}
    if not players:
        return set()
    pages, places = ({one[n] for one in players} for n in (0, 1))
    kind = ContentType.objects.get_for_model(LibraryDocument)
    beside = ReferenceIndex.objects.filter(
        to_content_type=kind, object_id__in=[str(pk) for pk in pages], content_path__in=places
    )
    found = beside.values_list("object_id", "content_path", "to_object_id")
    return {int(pk) for page, place, pk in found if (int(page), place) in players}


def _is_behind_gate(documents: set[int], rows: list[_Reference]) -> bool:
    """Does a piece offer one of these through its gate?"""
    rows = _references(documents) if len(documents) > 1 else rows
    in_text = [row.page for row in rows if row.path == OFFERED_IN_TEXT]
    offered = Q(files__document__in=documents) | Q(pk__in=in_text)
    return AssetPage.objects.filter(offered & LOCKED).exists()


def _is_of_draft(document: LibraryDocument) -> bool:
    """Among the files of a version that was not published yet, in its blocks or linked in its text: those stand in its
    JSON alone."""
    attached = [f'"document": {document.pk}{end}' for end in ENDS]
    # The body is JSON inside that JSON.
    in_blocks = [f'\\"{name}\\": {document.pk}{end}' for name in IN_BLOCKS for end in ENDS]
    # A text is HTML inside that: its quotation marks are escaped twice.
    number, kind = f"id={QUOTE}{document.pk}{QUOTE}", f"linktype={QUOTE}document{QUOTE}"
    linked = [f"{number} {kind}", f"{kind} {number}"]
    words = [Q(latest_revision__content__icontains=word) for word in (*attached, *in_blocks, *linked)]
    return AssetPage.objects.filter(reduce(or_, words), has_unpublished_changes=True).exists()
