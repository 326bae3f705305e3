"""Video, sound and captions of the library as browsers want them: in parts, from anywhere in the file."""

import logging

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe
from wagtail import hooks

from cms.gates import serving
from cms.models import LibraryDocument
from cms.played_blocks import TYPES

logger = logging.getLogger(__name__)


@require_safe
def play(request, pk: int, name: str):
    """The file, whole or the part that is asked for. Who may not have the document finds none here either."""
    document = get_object_or_404(LibraryDocument, pk=pk)
    content_type = TYPES.get(document.file_extension.lower())
    if document.filename != name or content_type is None:
        raise Http404
    # Wagtail's own question (its collection) and ours (is it internal?), the same as for /documents/.
    for ask in hooks.get_hooks("before_serve_document"):
        answer = ask(document, request)
        if isinstance(answer, HttpResponse):
            return answer
    try:
        response = serving.answer(request, document)
    except FileNotFoundError as error:
        logger.exception("The file of document %s is not on the disk", document.pk)
        raise Http404 from error
    if response.status_code in (200, 206):
        response["Content-Type"] = content_type
        response["Content-Disposition"] = "inline"
    return response
