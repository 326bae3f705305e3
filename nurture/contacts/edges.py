"""Taking back that a browser is somebody's: a colleague sat at it, or it was tied to the wrong person."""

from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.log_actions import log

from cms import policy
from nurture.contacts import identities, people
from nurture.contacts.models import Engagement, Identity
from nurture.contacts.screens import Screen


class RemoveEdge(Screen):
    """GET says what it would change, POST does it."""

    right, template_name, header_icon = "contact.change", "nurture/contacts/edge.html", "desktop"
    page_title = gettext_lazy("Not their browser")
    trail = ((gettext_lazy("Contacts"), "nurture:contacts"),)

    def dispatch(self, request, *args, **kwargs):
        """Refused before anything is looked up."""
        self.kwargs = kwargs
        return super().dispatch(request, *args, **kwargs)

    def find(self) -> Identity:
        """The edge, of a contact whom this user may change; one taken back already is not found."""
        contact = policy.get_visible(self.request.user, self.right, people.listed(), pk=self.kwargs["pk"])
        edge = Identity.every.filter(contact=contact, pk=self.kwargs["edge"], revoked_at=None).first()
        if edge is None:
            raise Http404
        edge.contact = contact
        return edge

    def get(self, request, pk, edge):
        """What they did in that browser, in a number."""
        found = self.find()
        uuids = identities.told_by(found)
        number = Engagement.objects.filter(contact=found.contact, human=True, event_uuid__in=uuids).count()
        return self.render_to_response(self.get_context_data(edge=found, contact=found.contact, number=number))

    def post(self, request, pk, edge):
        """Take it back; react() rebuilds what that browser did."""
        with transaction.atomic():
            found = self.find()
            identities.revoke(found)
            data = {"kind": found.kind, "evidence": found.evidence, "browser": str(found.visitor.key)}
            log(instance=found.contact, action="nurture.identity_revoked", user=request.user, data=data)
        messages.success(request, _("That browser is not %s's any more.") % found.contact)
        return HttpResponseRedirect(reverse("nurture:contact", args=[pk]))
