"""Approval from outside: a link to one revision, for somebody without an account. It publishes nothing by itself.

The link ends when the page has a newer revision, after two weeks, or with an answer. Looking at it changes nothing:
mail scanners follow every link.
"""

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from cms import clock
from cms.models import AssetPage
from cms.models.pages import Audience
from editorial.links import LASTS, digest, new_secret, one_line, send
from editorial.models import Approval, Entry
from editorial.schedule import Refused


def ask(entry: Entry, *, user, name: str, email: str) -> Approval:
    """Send somebody a link to the newest revision of the entry's page. Raises Refused where there is none to show."""
    name = one_line(name)
    with transaction.atomic():
        page = AssetPage.objects.filter(entry=entry).first()
        if page is None or page.latest_revision_id is None:
            raise Refused(_("“%s” has no page yet. Start its draft first.") % entry.title)
        if page.audience == Audience.SALES_ONLY:
            raise Refused(_("“%s” is for sales only: nobody outside may read it.") % page.title)
        secret, now = new_secret(), clock.now()
        approval = Approval.objects.create(
            entry=entry, revision_id=page.latest_revision_id, name=name, email=email, digest=digest(secret),
            asked_by=user, asked_at=now, expires_at=now + LASTS,
        )  # fmt: skip
        log(entry, "editorial.ask_approval", user=user, data={"who": f"{name} <{email}>"})
        said = {"who": user, "title": page.title}
        text = _("%(who)s asks what you think of “%(title)s” before it is published.") % said
        send("approve", secret, to=email, subject=_("Please read: %s") % page.title, text=text)
    return approval


def find(secret: str) -> Approval | None:
    """What that link asks for; None for any other text."""
    return Approval.objects.select_related("entry__page", "revision").filter(digest=digest(secret)).first()


def why_closed(approval: Approval) -> str:
    """Why it takes no answer (any more); empty while it does."""
    page = approval.entry.page
    if approval.verdict:
        return _("You have answered. Thank you.")
    if page is None or approval.revision is None:
        return _("The text was withdrawn.")
    if page.latest_revision_id != approval.revision_id:
        return _("The text was changed since you were asked. Ask for a new link.")
    if clock.now() >= approval.expires_at:
        return _("The link has expired. Ask for a new one.")
    return ""


def answer(approval: Approval, *, verdict: str, comment: str) -> None:
    """Keep what they think, once, and tell who asked. Raises Refused when it takes no answer."""
    with transaction.atomic():
        Entry.objects.select_for_update().get(pk=approval.entry_id)
        current = Approval.objects.select_related("entry__page", "revision", "asked_by").get(pk=approval.pk)
        if reason := why_closed(current):
            raise Refused(reason)
        current.verdict, current.comment, current.answered_at = verdict, comment, clock.now()
        current.save(update_fields=["verdict", "comment", "answered_at"])
        said = {"who": f"{current.name} <{current.email}>", "verdict": current.get_verdict_display()}
        said |= {"comment": comment, "revision": current.revision_id}
        log(current.entry, "editorial.hear_approval", data=said)
        if current.asked_by and current.asked_by.email:
            subject = f"{current.name}: {current.get_verdict_display()}: {current.entry.title}"
            EmailMessage(one_line(subject), comment or "–", to=[current.asked_by.email]).send()
