"""Giving a piece to a contact: to whom, in which words, and the link at the end."""

from uuid import uuid4

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from cms import policy, scorecard_words, scorecards
from cms.models import AssetPage
from nurture.contacts import people
from nurture.contacts.screens import Screen
from nurture.contacts.views import ContactFilters, ContactList
from nurture.sales import shares, shelf
from nurture.sales.forms import ShareForm
from nurture.sales.library_views import ShareColumn
from nurture.sales.models import Share

LIBRARY = (gettext_lazy("Sales library"), "nurture:library")


class ShareWith(ContactList):
    """Whom to give it to: the contacts this user may share with."""

    right = "piece.share"
    header_icon, header_buttons = "link", ()
    filterset_class = ContactFilters

    @cached_property
    def piece(self) -> AssetPage:
        """What is to be given."""
        return policy.get_visible(self.request.user, "piece.find", shelf.pieces(), pk=self.kwargs["pk"])

    columns = [
        *ContactList.columns[:3],
        ShareColumn("share", label=gettext_lazy("Share")),
    ]

    def get_table(self, object_list):
        """Each row leads to the form."""
        rows = list(object_list)
        for row in rows:
            row.share_url = reverse("nurture:share", args=[self.piece.pk, row.pk])
        return super().get_table(rows)

    def get_page_title(self):
        """What is being given."""
        return _("Share “%s” with") % self.piece.title

    def get_index_url(self):
        """With the piece in the path."""
        return reverse("nurture:share_with", kwargs=self.kwargs)

    def get_index_results_url(self):
        """The same, for the rows alone."""
        return f"{self.get_index_url()}results/"


class ShareScreen(Screen):
    """The form: copy a personal link, or have it mailed. POST makes the share, once for a form."""

    right, template_name, header_icon = "piece.share", "nurture/sales/share.html", "link"
    trail = (LIBRARY,)

    def setup(self, request, *args, **kwargs):
        """Nothing is looked up before the right is asked."""
        super().setup(request, *args, **kwargs)
        self.form = None

    @cached_property
    def piece(self) -> AssetPage:
        """What is given."""
        return policy.get_visible(self.request.user, "piece.find", shelf.pieces(), pk=self.kwargs["pk"])

    @cached_property
    def contact(self):
        """To whom."""
        return policy.get_visible(self.request.user, self.right, people.listed(), pk=self.kwargs["contact"])

    def get(self, request, pk, contact):
        """The form, with words to begin with."""
        words = _("Hello %(name)s,\n\nthis may be useful to you:") % {"name": self.contact.first_name or self.contact}
        self.form = ShareForm(initial={"ref": uuid4(), "subject": self.piece.title, "note": words})
        return self.render_to_response(self.get_context_data())

    def post(self, request, pk, contact):
        """Share it; what stands against it is said at the form."""
        self.form = ShareForm(request.POST)
        if self.form.is_valid():
            said = self.form.cleaned_data
            try:
                made = shares.share(
                    self.piece,
                    self.contact,
                    request.user,
                    said["way"],
                    ref=said["ref"],
                    subject=said["subject"],
                    note=said["note"],
                )
            except shares.CannotShare as error:
                self.form.add_error(None, str(error))
            else:
                return self._done(made)
        return self.render_to_response(self.get_context_data(), status=422)

    def _done(self, made: Share):
        if made.way == Share.Way.MAILED:
            messages.success(self.request, _("The mail to %s is on its way.") % made.contact)
        return HttpResponseRedirect(reverse("nurture:shared", args=[made.pk]))

    def get_page_title(self):
        """What, and to whom."""
        return _("Share with %s") % self.contact

    def get_context_data(self, **kwargs):
        """What is known of the two together: has it been read, may it be mailed."""
        mark = shelf.marks([self.piece], [self.contact]).get(self.piece.pk)
        against = shares.why_not(self.piece, self.contact, self.request.user)
        unmailable = against or shares.why_not(self.piece, self.contact, self.request.user, Share.Way.MAILED)
        card = scorecard_words.brief(scorecards.of_assets([self.piece.pk]).get(self.piece.pk))
        facts = {"mark": mark, "against": against, "unmailable": unmailable, "card": card}
        return super().get_context_data(piece=self.piece, contact=self.contact, form=self.form, **facts, **kwargs)


class SharePage(Screen):
    """One share: its link to copy, and what came of it."""

    right, template_name, header_icon = "piece.share", "nurture/sales/shared.html", "link"
    trail = (LIBRARY,)

    def get(self, request, pk):
        """Those of contacts this user may share with."""
        may = policy.visible(request.user, self.right, people.listed())
        rows = Share.objects.select_related("contact", "asset", "user").filter(contact__in=may)
        self.made = get_object_or_404(rows, pk=pk)
        context = self.get_context_data(made=self.made, url=shares.url(self.made), readers=shares.followed(self.made))
        return self.render_to_response(context | {"delivery": shares.deliveries([self.made]).get(self.made.pk)})

    def get_page_title(self):
        """What was given."""
        return self.made.asset_title
