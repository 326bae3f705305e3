"""Addresses of this package's screens, under admin/nurture/contacts/."""

from django.urls import path

from nurture.contacts.companies import AccountList, AccountPage
from nurture.contacts.editing import AddAccount, AddContact, EditAccount, EditContact, MoveStage
from nurture.contacts.views import ContactList, ContactPage

urlpatterns = [
    path("", ContactList.as_view(), name="contacts"),
    path("results/", ContactList.as_view(results_only=True), name="contacts_results"),
    path("add/", AddContact.as_view(), name="contact_add"),
    path("<int:pk>/", ContactPage.as_view(), name="contact"),
    path("<int:pk>/edit/", EditContact.as_view(), name="contact_edit"),
    path("<int:pk>/stage/", MoveStage.as_view(), name="contact_stage"),
    path("accounts/", AccountList.as_view(), name="accounts"),
    path("accounts/results/", AccountList.as_view(results_only=True), name="accounts_results"),
    path("accounts/add/", AddAccount.as_view(), name="account_add"),
    path("accounts/<int:pk>/", AccountPage.as_view(), name="account"),
    path("accounts/<int:pk>/edit/", EditAccount.as_view(), name="account_edit"),
]
