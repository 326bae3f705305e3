"""Addresses under admin/nurture/: each package brings its own."""

from django.urls import include, path

from nurture.erasing_views import EraseContact, export

app_name = "nurture"
urlpatterns = [
    path("contacts/<int:pk>/forget/", EraseContact.as_view(), name="contact_erase"),
    path("contacts/<int:pk>/export/", export, name="contact_export"),
    path("contacts/", include("nurture.contacts.urls")),
    path("rules/", include("nurture.rules.urls")),
    path("mail/", include("nurture.mail.urls")),
    path("surveys/", include("nurture.surveys.urls")),
    path("subscriptions/", include("nurture.subscriptions.urls")),
    path("sales/", include("nurture.sales.urls")),
]
