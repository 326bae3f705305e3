"""People, templates and a mail server that can misbehave."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Site

from cms import clock
from cms.models import AssetPage, HomePage, LibraryImage
from nurture.contacts.models import Account, Contact
from nurture.mail import queue
from nurture.mail.models import EmailTemplate
from tests.nurture.mail.sink import Sink

MJML = """<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-image src="{{ piece.cover }}" alt="{{ piece.title }}" href="{{ piece.url }}" />
        <mj-text>Hello {{ contact.first_name, default "there" }}</mj-text>
        <mj-text><a href="https://elsewhere.example/?a=1&amp;b=2">Elsewhere</a> <a href="mailto:a@b.example">Us</a></mj-text>
        <mj-button href="{{ piece.url }}">Read {{ piece.title }}</mj-button>
        <mj-text><a href="{{ unsubscribe_url }}">Unsubscribe</a> {{ company.address }}</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>"""  # noqa: E501 -- as a person writes it


@pytest.fixture
def template(db):
    """A published template."""
    made = EmailTemplate(name="Next piece", slug="next-piece", subject="{{ piece.title }}", mjml=MJML)
    made.save()
    made.save_revision().publish()
    made.refresh_from_db()
    return made


@pytest.fixture
def contact(db):
    account = Account.objects.create(name="Northwind", domain="northwind.example")
    return Contact.objects.create(
        email="Ada@Northwind.example", first_name="Ada", last_name="Byron", job_title="Head of data", account=account
    )


@pytest.fixture
def make_asset(db):
    """make_asset("A title", slug="a-title") -> a published piece."""

    def make(title="What a ledger is for", slug="ledger", **fields):
        home = HomePage.objects.first()
        page = AssetPage(title=title, slug=slug, summary="Two sentences.", **fields)
        home.add_child(instance=page)
        return page

    Site.clear_site_root_paths_cache()
    cache.clear()
    return make


@pytest.fixture
def asset(make_asset):
    return make_asset()


@pytest.fixture
def make_image(db):
    return lambda: LibraryImage.objects.create(title="Cover", file=get_test_image_file(size=(64, 48)))


@pytest.fixture
def sink(settings):
    """A real SMTP server; settings.MAIL_TRANSPORT leads there."""
    server = Sink()
    server.start()
    settings.MAIL_TRANSPORT = f"smtp://127.0.0.1:{server.port}?timeout=2"
    yield server
    server.stop()


@pytest.fixture
def delivery(contact, template, asset):
    return queue.enqueue(contact, template, occasion="rule:1", asset=asset)


@pytest.fixture
def at(monkeypatch):
    """at(hours=1): let the clock stand that much later than it was."""
    moment = {"now": clock.now()}
    monkeypatch.setattr(clock, "now", lambda: moment["now"])

    def move(**by):
        moment["now"] += timedelta(**by)

    return move
