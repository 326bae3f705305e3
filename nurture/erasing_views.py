"""Two things an administrator does when a person asks for it: hand out all that is kept of them, and forget them."""

import json

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.log_actions import log

from cms import clock, policy
from nurture import erasing
from nurture.contacts import people
from nurture.contacts.screens import Screen
from tracking import consent, permitted


class ConfirmForm(forms.Form):
    """The address, typed: there is no way back."""

    address = forms.CharField(label=gettext_lazy("Type their mail address to confirm"), max_length=254)

    def __init__(self, *args, contact, **kwargs):
        self.contact = contact
        super().__init__(*args, **kwargs)

    def clean_address(self):
        """Exactly theirs."""
        if self.cleaned_data["address"].strip().lower() != self.contact.email.lower():
            raise forms.ValidationError(_("This is not their address. Nothing was erased."))
        return self.contact.email


class MomentForm(forms.Form):
    """When: what they had allowed then is asked."""

    at = forms.DateTimeField(
        label=gettext_lazy("At"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


class EraseContact(Screen):
    """Says what goes and what stays, asks once more, and forgets. And what they had allowed at a moment."""

    right, template_name, header_icon = "contact.erase", "nurture/contacts/erase.html", "bin"
    trail = ((gettext_lazy("Contacts"), "nurture:contacts"),)

    @cached_property
    def contact(self):
        """A person that is there."""
        return policy.get_visible(self.request.user, self.right, people.listed(), pk=self.kwargs["pk"])

    def get_page_title(self):
        """Whom."""
        return _("Forget %s") % self.contact

    def get(self, request, pk):
        """The question."""
        moment = MomentForm(self.request.GET if "at" in request.GET else None, initial={"at": clock.now()})
        context = {"form": ConfirmForm(contact=self.contact), "contact": self.contact, "moment": moment}
        if moment.is_valid():
            hmac = consent.address_hmac(self.contact.email)
            context["permitted"] = permitted.at(self.contact.subject, hmac, moment.cleaned_data["at"])
        return self.render_to_response(self.get_context_data(**context))

    def post(self, request, pk):
        """Forget, if the address is right."""
        form = ConfirmForm(request.POST, contact=self.contact)
        if not form.is_valid():
            context = {"form": form, "contact": self.contact, "moment": MomentForm(initial={"at": clock.now()})}
            return self.render_to_response(self.get_context_data(**context), status=422)
        erasing.erase(self.contact, request.user)
        messages.success(request, _("They are forgotten. The audit log keeps that you did it, not whom it was."))
        return HttpResponseRedirect(reverse("nurture:contacts"))


@require_POST
@policy.require("contact.erase")
def export(request, pk: int):
    """All that is kept of a person, as a file. By POST: it is written down who took it."""
    contact = policy.get_visible(request.user, "contact.erase", people.listed(), pk=pk)
    text = json.dumps(erasing.export(contact), cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
    log(instance=contact, action="nurture.contact_exported", user=request.user)
    disposition = f'attachment; filename="contact-{contact.subject}.json"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)
