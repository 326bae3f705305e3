"""What a signed link leads to: the list of the files, one file, or a kind word when it no longer works."""

import logging

from django.db import DatabaseError, transaction
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms import clock, serving
from cms.feedback import limits, readers
from cms.feedback.ratings import BadToken
from cms.gates import links, offers, questions, submissions
from cms.gates.views import private, refused
from cms.signals import asset_downloaded

logger = logging.getLogger(__name__)


@csrf_exempt  # the signed token in the address is what proves who may ask; there is no session
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def files(request, token: str):
    """The files of what was sent. GET changes nothing: mail scanners follow links. POST leads on to one of them."""
    link, submission, offer = _open(token)
    if submission is None:
        return _gone(request, token)
    files = offer.files
    if request.method == "POST":
        wanted = request.POST.get("document", "")
        document = next((file.document for file in files if str(file.document_id) == wanted), None)
        if document is None:
            return _gone(request, token)
        if link.by_mail:
            facts, agreed = readers.request_facts(request), request.POST.getlist("agree")
            submissions.prove(submission, readers.visitor(request), facts, agreed)
        return HttpResponseRedirect(links.file_url(submission, document, by_mail=link.by_mail), status=303)
    listed = [(file, links.file_url(submission, file.document)) for file in files]
    asked = questions.words_of(submission.consents) if link.by_mail else []
    context = {"piece": submission.asset, "files": listed, "by_mail": link.by_mail, "asked": asked}
    context["transcripts"] = offers.transcripts(offer)
    return private(render(request, "cms/gates/files.html", context))


@require_safe
def file(request, token: str, name: str):
    """One file. Fetched from its beginning by a person it counts, once a contact and day."""
    link, submission, offer = _open(token)
    files = offer.files if offer else []
    document = next((one.document for one in files if one.document_id == link.document), None)
    if document is None:
        return _gone(request, token)
    try:
        response = serving.answer(request, document)
    except FileNotFoundError:
        logger.exception("The file of document %s is not on the disk", document.pk)
        return refused(request, 503, _("The file cannot be read just now."), _("Try again later."))
    if serving.is_beginning(request, response):
        _count(request, link, submission, document)
    return response


@csrf_exempt
@never_cache
@require_POST
def again(request, token: str):
    """Mail a new link to the address that the old one was sent to. One that still works leads to its files."""
    try:
        link = links.read(token)
    except BadToken:
        return _gone(request, token)
    submission = links.find(link)
    if submission is None or not _offer_of(submission):
        return _gone(request, token)
    if not link.is_expired:
        return HttpResponseRedirect(reverse("gate_files", args=[token]), status=303)
    try:
        submissions.send_again(submission, by_mail=link.by_mail)
    except limits.TooManyError as error:
        return refused(request, 429, str(error))
    return private(render(request, "cms/gates/sent_again.html", {"piece": submission.asset}))


def _open(token: str):
    """(link, submission, offer); (…, None, None) for a link that gives nothing."""
    try:
        link = links.read(token)
    except BadToken:
        return None, None, None
    submission = None if link.is_expired else links.find(link)
    offer = _offer_of(submission) if submission else None
    return link, submission if offer else None, offer


def _offer_of(submission):
    """The files of the piece as it is now; None where there are none, or readers cannot see it any more."""
    piece = submission.asset
    offer = offers.of(piece) if piece and offers.is_shown(piece) else None
    return offer if offer and offer.files else None


def _gone(request, token: str):
    """Expired, taken back, cut short or made up: what can be done about it."""
    context = {"piece": None, "again": ""}
    try:
        link = links.read(token)
    except BadToken:
        return private(render(request, "cms/gates/gone.html", context, status=404))
    submission = links.find(link)
    if submission and link.is_expired and _offer_of(submission):
        context = {"piece": submission.asset, "again": reverse("gate_again", args=[token])}
    else:
        context["piece"] = _piece_of(link)
    return private(render(request, "cms/gates/gone.html", context, status=410))


def _piece_of(link):
    row = submissions.GateSubmission.objects.filter(key=link.key).values_list("asset", flat=True).first()
    offer = offers.gated(row) if row else None
    return offer.piece if offer else None


def _is_theirs(submission, link) -> bool:
    """Fetched by who reads the mailbox, or where the form counts as theirs."""
    return link.by_mail or submissions.is_theirs(submission)


def _count(request, link, submission, document) -> None:
    """A database that is busy or away keeps nobody from the file."""
    try:
        with transaction.atomic():
            asset_downloaded.send(
                submissions.GateSubmission,
                asset_id=submission.asset_id,
                document_id=document.pk,
                file=document.filename,
                key=submission.key,
                subject=submission.subject if _is_theirs(submission, link) else None,
                by_mail=link.by_mail,
                request_facts=readers.request_facts(request),
                downloaded_at=clock.now(),
            )
    except DatabaseError:
        logger.exception("A download could not be recorded")
