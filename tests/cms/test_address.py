"""The address that Wagtail knows of the site is the one of the settings."""

import pytest
from django.apps import apps
from django.db.models.signals import post_migrate
from wagtail.models import Page, Site

from cms import address

pytestmark = pytest.mark.db


def root_url():
    return Site.objects.get(is_default_site=True).root_url


@pytest.mark.parametrize("base", ["https://notes.example", "http://127.0.0.1:8137", "http://notes.example"])
def test_each_migrate_writes_the_address_of_the_settings(db, settings, base):
    settings.BASE_URL = base
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    assert address.keep in post_migrate._live_receivers(last)[0]
    address.keep()
    assert root_url() == base
    assert Page.objects.get(depth=2).full_url == f"{base}/"


def test_an_address_that_another_site_has_stays_there(db, settings):
    settings.BASE_URL = "https://other.example"
    Site.objects.create(hostname="other.example", port=443, root_page=Page.objects.get(depth=2))
    before = root_url()
    address.keep()
    assert root_url() == before
