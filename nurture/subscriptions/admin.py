"""Subscriptions' place in the menu."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from nurture.contacts.admin import RightMenuItem

SUBMENU = [
    RightMenuItem(
        _("Subscriptions"),
        reverse_lazy("nurture:subscriptions"),
        right="contact.view",
        name="subscriptions",
        icon_name="mail",
        order=500,
    )
]
