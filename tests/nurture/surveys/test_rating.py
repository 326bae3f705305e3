"""Stars in a mail: opening a link changes nothing, its button stores one rating a person and piece."""

import re
import uuid
from datetime import timedelta

import pytest

from cms import clock
from cms.feedback import readers
from cms.models import AssetPage, Rating
from cms.models.pages import Audience
from nurture.contacts import identities
from nurture.contacts.models import Identity
from nurture.mail import queue, render
from nurture.mail.models import Delivery
from nurture.pipeline import react
from tests.nurture.people import *  # noqa: F403
from tracking import tokens
from tracking.models import Event, Visitor

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.db]
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def piece(make_asset):
    return make_asset("How cold is cold")


@pytest.fixture
def delivery(contact, make_template, piece):
    return queue.enqueue(contact, make_template("rate"), occasion="x:1", asset=piece)


@pytest.fixture
def links(delivery):
    """The paths of the mail's stars, by number."""
    found = re.findall(r'href="[^"]*?(/rate/[^"]+)"', render.parts(delivery).html)
    return {tokens.read("rate", path.split("/")[2])["v"]: path for path in found}


def test_opening_a_star_shows_it_chosen_and_its_button_stores_it(client, links, contact, piece):
    assert set(links) == {1, 4}
    for _ in range(2):  # a scanner of mail, too
        page = client.get(links[4])
        assert 'value="4" checked' in page.content.decode()
    assert (page["Referrer-Policy"], "pixel.js" in page.content.decode(), page.cookies) == ("no-referrer", False, {})
    assert (Rating.objects.count(), Event.objects.count()) == (0, 0)
    answer = client.post(links[4], {"stars": "4"}, headers=BROWSER)
    assert (answer.status_code, answer["Location"]) == (303, f"{links[4]}?rated=1")
    assert "4 of 5" in client.get(answer["Location"]).content.decode()
    rating = Rating.objects.get()
    assert (rating.value, rating.stars, rating.reader_key) == (1, 4, readers.key_of_subject(contact.subject))
    while react():
        pass
    [engagement] = contact.engagements.all()
    assert (engagement.kind, engagement.by_mail_link, engagement.properties["stars"]) == ("asset_rated", True, 4)


def test_rating_is_changed_by_another_star_and_counted_once(client, links, contact):
    client.post(links[4], {"stars": "4"}, headers=BROWSER)
    assert "You gave it 4 of 5" in client.get(links[1]).content.decode()
    client.post(links[1], {"stars": "1"}, headers=BROWSER)
    client.post(links[1], {"stars": "1"}, headers=BROWSER)
    assert list(Rating.objects.values_list("value", "stars")) == [(-1, 1)]
    assert Event.objects.filter(kind="asset_rated").count() == 2


def test_who_rated_in_their_browser_before_has_rated_once(client, links, contact, piece):
    now, key = clock.now(), uuid.uuid4()
    visitor = Visitor.objects.create(key=key, first_seen_at=now, last_seen_at=now)
    identities.tie(contact, visitor, Identity.Kind.FORM)
    for reader in (readers.key_of_visitor(key), "somebody else"):
        Rating.objects.create(asset=piece, reader_key=reader, value=-1, rated_at=now)
    client.post(links[4], {"stars": "5"}, headers=BROWSER)
    assert sorted(Rating.objects.values_list("value", "stars"), key=str) == [(-1, None), (1, 5)]


@pytest.mark.parametrize("said", ["", "0", "6", "x", "4.0", "\0"])
def test_what_is_no_number_of_stars_is_refused(client, links, said):
    assert client.post(links[4], {"stars": said}).status_code == 400
    assert Rating.objects.count() == 0


def test_forged_old_and_nobody_s_links_rate_nothing(client, links, delivery, piece):
    good = links[4]
    for path in (good[:-3] + "x/", "/rate/x/", f"/rate/{tokens.sign('link', {'d': 'https://x/', 'r': 'y'})}/"):
        assert (client.get(path).status_code, client.post(path, {"stars": "4"}).status_code) == (404, 404)
    other = f"/rate/{tokens.sign('rate', {'r': '0' * 32, 'a': piece.pk, 'v': 4})}/"
    assert "from a test" in client.get(other).content.decode()
    client.post(other, {"stars": "4"})
    Delivery.objects.update(created_at=clock.now() - timedelta(days=181))
    assert client.post(good, {"stars": "4"}).status_code == 410
    Delivery.objects.update(created_at=clock.now(), contact=None)
    client.post(good, {"stars": "4"})
    AssetPage.objects.filter(pk=piece.pk).update(audience=Audience.SALES_ONLY)
    assert client.get(good).status_code == 404
    assert Rating.objects.count() == 0


def test_mail_about_no_piece_leads_to_the_front_page(contact, make_template, settings):
    delivery = queue.enqueue(contact, make_template("rate"), occasion="x:2")
    assert f'href="{settings.BASE_URL}/"' in render.parts(delivery).html
