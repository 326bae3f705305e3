"""A template's version as it is sent: compiled when first needed, kept for as long as a delivery refers to it."""

from django.db import transaction
from django.utils.translation import gettext as _

from cms import clock
from nurture.mail.compile import compile_source
from nurture.mail.models import EmailTemplate, Message


class NotPublished(LookupError):
    """The template has no live version to send."""


def message_of(template: EmailTemplate) -> Message:
    """The Message of the template's live revision, compiled the first time. Raises NotPublished or SourceError."""
    if not template.live:
        raise NotPublished(_("The mail template “%s” is not published.") % template)
    revision = template.live_revision or _first_revision(template)
    found = Message.objects.filter(revision=revision).first()
    return found or Message.objects.get_or_create(revision=revision, defaults=_content(revision.as_object()))[0]


def draft_of(template: EmailTemplate) -> Message:
    """An unsaved Message of the latest version, for a preview or a test: drafts change under their revision."""
    latest = template.get_latest_revision_as_object()
    return Message(revision=template.latest_revision, **_content(latest))


def _content(template: EmailTemplate) -> dict:
    compiled = compile_source(template.subject, template.preheader, template.mjml)
    return {**vars(compiled), "created_at": clock.now()}


def _first_revision(template: EmailTemplate):
    """A template saved by code, without a revision: what is live is its first version."""
    with transaction.atomic():
        revision = template.save_revision(changed=False)
        template.live_revision = revision
        EmailTemplate.objects.filter(pk=template.pk).update(live_revision=revision)
    return revision
