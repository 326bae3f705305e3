"""Sent mail: what went to whom, how it ended, the mail itself; and a template seen before it is sent."""

from email import message_from_bytes, policy

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST
from wagtail.log_actions import log

from cms import keys
from cms import policy as rights
from nurture.contacts.models import Contact
from nurture.mail import fate, frames, occasions
from nurture.mail import render as rendering
from nurture.mail.models import Delivery
from nurture.mail.render import RenderError

PAGE = 20
State = Delivery.State


@rights.require("mail.view")
def deliveries(request):
    """The latest mails, newest first, paged by key; `state` and `to` (an exact address) narrow them."""
    found = Delivery.objects.select_related("contact").defer("raw", "values").order_by("-pk")
    state, to = request.GET.get("state", ""), request.GET.get("to", "").replace("\0", "").strip()
    if state:
        if state not in State.values:
            raise BadRequest(_("Unknown state %r") % state)
        found = found.filter(state=state)
    if to:
        found = found.filter(contact__in=Contact.objects.filter(email__iexact=to))
    if before := request.GET.get("before", ""):
        if not (key := keys.number(before)):
            raise BadRequest(_("`before` is the number of a mail"))
        found = found.filter(pk__lt=key)
    shown = list(found[: PAGE + 1])
    why = occasions.reasons(shown[:PAGE])
    context = {
        "deliveries": [(row, why[row.pk]) for row in shown[:PAGE]],
        "older": shown[PAGE - 1].pk if len(shown) > PAGE else None,
        "state": state,
        "to": to,
        "before": before,
        "states": State.choices,
        "breadcrumbs_items": crumbs(),
        "header_title": _("Sent mail"),
        "header_icon": "mail",
    }
    return render(request, "nurture/mail/deliveries.html", context)


@rights.require("mail.view")
def delivery(request, pk):
    """One mail: as it went out, its text, its headers, its tries."""
    found = _get(request, pk)
    try:
        parts, headers, problem = rendering.parts(found), _headers(found), ""
    except RenderError as error:
        parts, headers, problem = None, [], str(error)
    tries = [
        {"at": row.started_at, "phase": fate.PHASES.get(row.phase, row.phase), "code": row.code, "text": row.text}
        for row in found.tries.order_by("pk")
    ]
    context = {
        "delivery": found,
        "why": occasions.reasons([found])[found.pk],
        "parts": parts,
        "headers": headers,
        "problem": problem,
        "tries": tries,
        "may_decide": found.is_in_trouble and rights.may(request.user, "work.retry"),
        "breadcrumbs_items": [*crumbs(), {"url": "", "label": found.subject or _("(no subject)")}],
        "header_title": found.subject,
        "header_icon": "mail",
    }
    return render(request, "nurture/mail/delivery.html", context)


@xframe_options_sameorigin
@rights.require("mail.view")
def delivery_frame(request, pk):
    """The mail's HTML alone, for the sandboxed frame. Its links are the recipient's own and open in a new tab."""
    try:
        parts = rendering.parts(_get(request, pk))
    except RenderError as error:
        return HttpResponse(str(error), content_type="text/plain; charset=utf-8", status=404)
    return frames.mail(parts)


@require_POST
@rights.require("work.retry")
def retry_delivery(request, pk):
    """Send a mail in trouble after all."""
    found = _get(request, pk)
    if fate.retry(found):
        log(found, "nurture.delivery_retried", data={"was": found.state})
        messages.success(request, _("It is tried again now."))
    else:
        messages.warning(request, _("Nothing to try again: this mail is “%s”.") % found.get_state_display())
    return redirect("nurture:delivery", pk)


@require_POST
@rights.require("work.retry")
def give_up_delivery(request, pk):
    """Leave a mail in trouble as it is, for good."""
    found = _get(request, pk)
    if fate.give_up(found):
        log(found, "nurture.delivery_given_up", data={"was": found.state})
        messages.success(request, _("It is not sent any more."))
    else:
        messages.warning(request, _("Nothing to give up: this mail is “%s”.") % found.get_state_display())
    return redirect("nurture:delivery", pk)


def crumbs():
    """Where these screens stand."""
    return [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("nurture:deliveries"), "label": _("Sent mail")},
    ]


def _get(request, pk) -> Delivery:
    rows = Delivery.objects.select_related("contact", "message", "asset__cover")
    return rights.get_visible(request.user, "mail.view", rows, pk=pk)


def _headers(found: Delivery) -> list[tuple[str, str]]:
    message = message_from_bytes(rendering.mail(found), policy=policy.default)
    return [(name, str(value)) for name, value in message.items()]
