"""Addresses of this package's screens, under admin/nurture/contacts/."""

from django.urls import path

from nurture.contacts.companies import AccountList, AccountPage
from nurture.contacts.edges import RemoveEdge
from nurture.contacts.editing import AddAccount, AddContact, EditAccount, EditContact, MoveStage
from nurture.contacts.offline_screens import AddHappening, CheckHappenings, UploadHappenings
from nurture.contacts.proposal_screens import DecideProposal, ProposalList
from nurture.contacts.views import ContactList, ContactPage

urlpatterns = [
    path("", ContactList.as_view(), name="contacts"),
    path("results/", ContactList.as_view(results_only=True), name="contacts_results"),
    path("add/", AddContact.as_view(), name="contact_add"),
    path("happenings/", UploadHappenings.as_view(), name="happenings_import"),
    path("happenings/columns/", CheckHappenings.as_view(), name="happenings_columns"),
    path("<int:pk>/happened/", AddHappening.as_view(), name="contact_happened"),
    path("<int:pk>/", ContactPage.as_view(), name="contact"),
    path("<int:pk>/edit/", EditContact.as_view(), name="contact_edit"),
    path("<int:pk>/stage/", MoveStage.as_view(), name="contact_stage"),
    path("<int:pk>/browsers/<int:edge>/remove/", RemoveEdge.as_view(), name="edge_remove"),
    path("proposals/", ProposalList.as_view(), name="proposals"),
    path("proposals/results/", ProposalList.as_view(results_only=True), name="proposals_results"),
    path("proposals/<int:pk>/", DecideProposal.as_view(), name="proposal"),
    path("accounts/", AccountList.as_view(), name="accounts"),
    path("accounts/results/", AccountList.as_view(results_only=True), name="accounts_results"),
    path("accounts/add/", AddAccount.as_view(), name="account_add"),
    path("accounts/<int:pk>/", AccountPage.as_view(), name="account"),
    path("accounts/<int:pk>/edit/", EditAccount.as_view(), name="account_edit"),
]
