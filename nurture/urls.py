"""Addresses under admin/nurture/: each package brings its own."""

from django.urls import include, path

app_name = "nurture"
urlpatterns = [
    path("contacts/", include("nurture.contacts.urls")),
    path("rules/", include("nurture.rules.urls")),
    path("mail/", include("nurture.mail.urls")),
    path("sales/", include("nurture.sales.urls")),
]
