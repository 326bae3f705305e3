"""Addresses of the ledger's screens, under admin/ledger/."""

from django.urls import path

from tracking import screens

app_name = "ledger"
urlpatterns = [
    path("", screens.live, name="live"),
    path("health/", screens.health, name="health"),
]
