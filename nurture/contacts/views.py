"""Screens of people: the list, and one person with their timeline. Adding and editing: `editing.py`."""

import django_filters
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import HeaderButton

from cms import policy
from cms.models import BuyingStage, Persona, User
from nurture.contacts import card, happenings, identities, people, timeline
from nurture.contacts.models import Account, Contact
from nurture.contacts.screens import KeysetListing, Screen


class PersonColumn(Column):
    """Name, job and address in one cell, linked to the person's page."""

    cell_template_name = "nurture/contacts/cells/person.html"


class ContactFilters(WagtailFilterSet):
    """By stage, persona and the account's owner."""

    stage = django_filters.ModelChoiceFilter(queryset=BuyingStage.objects.all(), label=gettext_lazy("Stage"))
    persona = django_filters.ModelChoiceFilter(queryset=Persona.objects.all(), label=gettext_lazy("Persona"))
    owner = django_filters.ModelChoiceFilter(
        field_name="account__owner",
        queryset=lambda request: User.objects.filter(accounts__isnull=False).distinct().order_by("username"),
        label=gettext_lazy("Account owner"),
    )

    class Meta:
        model = Contact
        fields = ["stage", "persona", "owner"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if policy.scope(self.request.user, "contact.view") == policy.OWN:
            del self.filters["owner"]


class ContactList(KeysetListing):
    """Everybody the person may see, newest first."""

    right = "contact.view"
    page_title, header_icon = gettext_lazy("Contacts"), "group"
    index_url_name, index_results_url_name = "nurture:contacts", "nurture:contacts_results"
    filterset_class = ContactFilters
    verbose_name_plural = gettext_lazy("contacts")
    search = staticmethod(people.search)
    columns = [
        PersonColumn("person", label=gettext_lazy("Contact")),
        Column("account", label=gettext_lazy("Account"), classname="wide-only"),
        Column("stage", label=gettext_lazy("Stage")),
        Column("persona", label=gettext_lazy("Persona"), classname="wide-only"),
        Column("owner", label=gettext_lazy("Owner"), accessor="account.owner", classname="wide-only"),
    ]

    def get_base_queryset(self):
        """Their own for a salesperson, all for others."""
        return policy.visible(self.request.user, self.right, people.listed())

    @cached_property
    def header_buttons(self):
        """Add, and the way to the accounts."""
        buttons = [HeaderButton(_("Accounts"), url=reverse("nurture:accounts"), icon_name="globe", priority=20)]
        if policy.may(self.request.user, "contact.change"):
            url = reverse("nurture:contact_add")
            buttons.append(HeaderButton(_("Add a contact"), url=url, icon_name="plus", priority=10))
        if policy.may(self.request.user, "happening.import"):
            url = reverse("nurture:happenings_import")
            buttons.append(HeaderButton(_("Import what happened"), url=url, icon_name="upload", priority=30))
        return buttons

    @cached_property
    def empty(self):
        """How contacts come to be."""
        text = _("People come in when they fill in a form, by import, or when somebody adds them here.")
        if policy.scope(self.request.user, self.right) == policy.OWN:
            text = _("You see the people of the accounts you own. Ask your sales manager to give you an account.")
        return {"title": _("Nobody here yet"), "text": text}


class ContactPage(Screen):
    """One person: who, where they stand, what they did, and why we did what we did."""

    right, template_name, header_icon = "contact.view", "nurture/contacts/contact.html", "user"
    trail = ((gettext_lazy("Contacts"), "nurture:contacts"),)

    def get(self, request, pk):
        """A screenful of the timeline from `?older=`; an address that we did not make is not found."""
        self.contact = policy.get_visible(request.user, "contact.view", people.listed(), pk=pk)
        try:
            stream = timeline.read(self.contact, request.GET.get("older", ""))
        except timeline.BadCursor as error:
            raise Http404 from error
        return self.render_to_response(self.get_context_data(stream=stream))

    def get_page_title(self):
        """Their name."""
        return str(self.contact)

    @cached_property
    def may_change(self):
        """May this user edit this contact?"""
        mine = policy.visible(self.request.user, "contact.change", Contact.objects.filter(pk=self.contact.pk))
        return mine.exists()

    @property
    def header_buttons(self):
        """Edit, move, forget: for who may."""
        if not self.may_change:
            return []
        forget = []
        if policy.may(self.request.user, "contact.erase"):
            url = reverse("nurture:contact_erase", args=[self.contact.pk])
            forget = [HeaderButton(_("Export or forget"), url=url, icon_name="bin", priority=9)]
        pk = [self.contact.pk]
        return [
            HeaderButton(
                _("Add what happened"), url=reverse("nurture:contact_happened", args=pk), icon_name="plus", priority=0
            ),
            HeaderButton(_("Move stage"), url=reverse("nurture:contact_stage", args=pk), icon_name="order", priority=1),
            HeaderButton(_("Edit"), url=reverse("nurture:contact_edit", args=pk), icon_name="edit", priority=2),
            *forget,
        ]

    def get_context_data(self, **kwargs):
        """The head of the page beside the stream."""
        accounts = Account.objects.filter(pk=self.contact.account_id)
        return super().get_context_data(
            contact=self.contact,
            continued="older" in self.request.GET,
            robots=happenings.robots(self.contact),
            edges=identities.of_contact(self.contact),
            may_change=self.may_change,
            stage_since=happenings.stage_since(self.contact),
            mailing=card.mailing(self.contact),
            objects=card.objects(self.contact),
            next_piece=card.next_piece(self.contact),
            may_share=policy.may(self.request.user, "piece.share"),
            account_is_seen=policy.visible(self.request.user, "account.view", accounts).exists(),
            **kwargs,
        )
