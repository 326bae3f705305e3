"""Screens of companies: the list, and one company with its people and their reading."""

from django.db.models import Count, F, OuterRef, Subquery
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from cms import policy
from nurture.contacts import people, wording
from nurture.contacts.models import Account, Contact
from nurture.contacts.screens import KeysetListing, Screen

PEOPLE, READINGS = 50, 20


class AccountList(KeysetListing):
    """The companies the person may see, newest first."""

    right = "account.view"
    page_title, header_icon = gettext_lazy("Accounts"), "globe"
    index_url_name, index_results_url_name = "nurture:accounts", "nurture:accounts_results"
    verbose_name_plural = gettext_lazy("accounts")
    search = staticmethod(people.search_accounts)
    columns = [
        TitleColumn("name", label=gettext_lazy("Account"), url_name="nurture:account"),
        Column("get_kind_display", label=gettext_lazy("Kind"), classname="wide-only"),
        Column("domain", label=gettext_lazy("Domain"), classname="wide-only"),
        Column("people", label=gettext_lazy("People")),
        Column("owner", label=gettext_lazy("Owner")),
    ]

    def get_base_queryset(self):
        """With the number of their people."""
        people_of = Contact.objects.filter(account=OuterRef("pk"), synthetic=False).order_by().values("account")
        accounts = Account.objects.select_related("owner").annotate(
            people=Subquery(people_of.annotate(number=Count("pk")).values("number"))
        )
        return policy.visible(self.request.user, self.right, accounts)

    @cached_property
    def header_buttons(self):
        """Add, and the way to the people."""
        buttons = [HeaderButton(_("Contacts"), url=reverse("nurture:contacts"), icon_name="group", priority=20)]
        if policy.may(self.request.user, "account.change"):
            url = reverse("nurture:account_add")
            buttons.append(HeaderButton(_("Add an account"), url=url, icon_name="plus", priority=10))
        return buttons

    @cached_property
    def empty(self):
        """How accounts come to be."""
        text = _("An account is a company you sell to. Its owner sees its people and is alerted when they read.")
        if policy.scope(self.request.user, self.right) == policy.OWN:
            text = _("You own no account yet. Ask your sales manager to give you one.")
        return {"title": _("No account here yet"), "text": text}


class AccountPage(Screen):
    """One company: its people, who read what lately, and whom we have not reached."""

    right, template_name, header_icon = "account.view", "nurture/contacts/account.html", "globe"
    trail = ((gettext_lazy("Accounts"), "nurture:accounts"),)

    def get(self, request, pk):
        """The page."""
        self.account = policy.get_visible(request.user, "account.view", Account.objects.select_related("owner"), pk=pk)
        return self.render_to_response(self.get_context_data())

    def get_page_title(self):
        """Its name."""
        return str(self.account)

    @property
    def header_buttons(self):
        """Edit, and what to give its people, each for who may."""
        buttons, pk = [], [self.account.pk]
        if policy.may(self.request.user, "account.change"):
            buttons.append(HeaderButton(_("Edit"), url=reverse("nurture:account_edit", args=pk), icon_name="edit"))
        if policy.may(self.request.user, "piece.find"):
            url = reverse("nurture:library_account", args=pk)
            buttons.append(HeaderButton(_("Pieces for them"), url=url, icon_name="folder-open-inverse", priority=20))
        return buttons

    def get_context_data(self, **kwargs):
        """People by their latest reading, readings, and the gaps."""
        staff = list(people_of(self.account)[: PEOPLE + 1])
        readings = people.reading().filter(contact__account=self.account, contact__synthetic=False)
        readings = [{"row": row, "text": wording.did(row)} for row in readings.select_related("contact")[:READINGS]]
        return super().get_context_data(
            account=self.account,
            people=staff[:PEOPLE],
            more_people=len(staff) > PEOPLE,
            readings=readings,
            unreached=[person for person in staff[:PEOPLE] if person.latest_at is None],
            missing=missing_classes(self.account),
            **kwargs,
        )


def people_of(account: Account):
    """Its people with how many pieces each has read and when last; the latest readers first."""
    reading = people.reading().filter(contact=OuterRef("pk"))
    pieces = reading.order_by().values("contact").annotate(n=Count("asset", distinct=True)).values("n")
    return (
        people.listed()
        .filter(account=account)
        .annotate(latest_at=Subquery(reading.values("occurred_at")[:1]), pieces=Subquery(pieces))
        .order_by(F("latest_at").desc(nulls_last=True), "pk")
    )


def missing_classes(account: Account) -> list[str]:
    """The kinds of people a purchase usually needs, and whom we do not know at this company."""
    wanted = (Contact.ContactClass.DECISION_MAKER, Contact.ContactClass.INFLUENCER, Contact.ContactClass.FINANCE)
    known = set(Contact.objects.filter(account=account, synthetic=False).values_list("contact_class", flat=True))
    return [str(kind.label) for kind in wanted if kind not in known]
