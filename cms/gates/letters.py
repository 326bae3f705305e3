"""The mail with the link to the files: transactional, and without anything that follows who opens it."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cms.gates import links
from cms.gates.models import GateSubmission


def send_files(submission: GateSubmission) -> None:
    """In the caller's transaction: sent if that commits. A line break in a title would forge a header."""
    days = links.MAILED // (24 * 3600)
    context = {"submission": submission, "link": links.mailed_url(submission), "days": days}
    text = render_to_string("cms/mail/gate_files.txt", context | {"site_name": settings.SITE_NAME})
    subject = " ".join((_("Your copy of “%(piece)s”") % {"piece": submission.asset_title}).split())
    EmailMessage(subject, text, to=[submission.email], headers={"X-Lane": "transactional"}).send()
