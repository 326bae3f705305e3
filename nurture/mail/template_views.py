"""A mail template seen before it is sent: as a contact would get it, and as a test to oneself."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from cms import policy as rights
from nurture.contacts.models import Contact
from nurture.mail import frames, previews
from nurture.mail import render as rendering
from nurture.mail.merge import SourceError
from nurture.mail.models import EmailTemplate
from nurture.mail.render import RenderError

NOBODY = "reader@preview.invalid"


@rights.require("mail.view")
def preview(request, pk):
    """The latest saved version, as the contact with the address in `as` would get it."""
    template, contact, asked = _asked(request, pk)
    try:
        parts, problem = rendering.parts(previews.sample(template, contact, NOBODY)), ""
    except (SourceError, RenderError) as error:
        parts, problem = None, str(error)
    edit = template.snippet_viewset.get_url_name("edit")
    context = {
        "template": template,
        "contact": contact,
        "asked": asked,
        "unknown": bool(asked) and contact is None,
        "parts": parts,
        "problem": problem,
        "frame_url": _url("nurture:template-frame", template, contact),
        "may_send": rights.may(request.user, "mail.send"),
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse(template.snippet_viewset.get_url_name("list")), "label": _("Mail templates")},
            {"url": reverse(edit, args=[pk]), "label": template.name},
            {"url": "", "label": _("Preview")},
        ],
        "header_title": _("Preview of %s") % template.name,
        "header_icon": "view",
    }
    return render(request, "nurture/mail/preview.html", context)


@xframe_options_sameorigin
@rights.require("mail.view")
def preview_frame(request, pk):
    """The preview's HTML alone, for the sandboxed frame. Its links count for nobody."""
    template, contact, _asked_for = _asked(request, pk)
    try:
        return frames.mail(rendering.parts(previews.sample(template, contact, NOBODY)))
    except (SourceError, RenderError) as error:
        return HttpResponse(str(error), content_type="text/plain; charset=utf-8", status=404)


@require_POST
@rights.require("mail.send")
def send_test(request, pk):
    """Send the latest saved version to oneself."""
    template, contact, _asked_for = _asked(request, pk)
    if not request.user.email:
        messages.error(request, _("Your account has no mail address; enter one under “Account”."))
    else:
        try:
            previews.send_test(template, request.user, contact)
            messages.success(request, _("A test is on its way to %s.") % request.user.email)
        except (SourceError, RenderError) as error:
            messages.error(request, str(error))
    return redirect(_url("nurture:template-preview", template, contact))


def _asked(request, pk) -> tuple[EmailTemplate, Contact | None, str]:
    """The template, the contact to see it as (one that this user may see), and what was typed."""
    template = rights.get_visible(request.user, "mail.view", EmailTemplate.objects.all(), pk=pk)
    asked = (request.POST.get("as") or request.GET.get("as") or "").replace("\0", "").strip()
    contacts = rights.visible(request.user, "contact.view", Contact.objects.select_related("account"))
    return template, contacts.filter(email__iexact=asked).first() if asked else None, asked


def _url(name: str, template: EmailTemplate, contact: Contact | None) -> str:
    query = f"?{urlencode({'as': contact.email})}" if contact else ""
    return reverse(name, args=[template.pk]) + query
