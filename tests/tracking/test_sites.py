"""Other sites: their key is bound to their origins, nothing is asked beforehand, and a refusal is told in words."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from cms import clock, policy, worker
from cms.models import AssetPage, HomePage
from tests.tracking.calling import call
from tracking import accounts, pipeline, sites
from tracking.models import DropCount, Event, TrackedSite, Visitor

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("own_writer"),
]
SHOP = "https://shop.example"


@pytest.fixture
def site():
    values = {"key": "k3y", "name": "Shop", "origins": [SHOP], "created_at": clock.now()}
    return TrackedSite.objects.create(**values)


def send(key="k3y", origin=SHOP, **changes):
    """A beacon as the snippet sends it: a text body, so no browser asks beforehand. Then the worker takes it over."""
    event = {"uuid": str(uuid4()), "kind": "page_viewed", "url": f"{SHOP}/a-piece/"} | changes
    headers = {"origin": origin, "content-type": "text/plain;charset=UTF-8", "accept-language": "en"}
    answer = call(("POST", f"/t/s/{key}", {"json": event, "headers": headers}))[0]
    pipeline.run_batch()
    return answer


def test_an_event_of_another_site_is_stored_and_is_about_none_of_our_pieces(site):
    HomePage.objects.get().add_child(instance=AssetPage(title="A piece", slug="a-piece"))
    answer = send(visitor=str(UUID(int=7)))
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (202, SHOP)
    event = Event.objects.get()
    assert (event.asset_id, event.properties, event.visitor_id) == (None, {"site": "Shop"}, None)
    site.refresh_from_db()
    assert (site.heard["url"], site.heard["verdict"]) == (f"{SHOP}/a-piece/", "human")


def test_browsers_are_told_apart_only_where_the_site_asks(site):
    TrackedSite.objects.update(consent="given")
    send(visitor=str(UUID(int=7)))
    assert Visitor.objects.get().key == UUID(int=7)


@pytest.mark.parametrize(
    ("request_", "change", "reason", "said"),
    [
        ({"origin": "https://evil.example"}, {}, "wrong_origin", "from https://evil.example, which is not one"),
        ({"origin": ""}, {}, "wrong_origin", "without saying from which site"),
        ({"key": "other"}, {}, "site_unknown", ""),
        ({}, {"is_open": False}, "site_closed", "while this site was switched off"),
    ],
    ids=["another origin", "no origin", "unknown key", "switched off"],
)
def test_what_is_not_the_sites_is_dropped_and_the_reason_is_told(site, request_, change, reason, said):
    TrackedSite.objects.update(**change)
    since = clock.now()
    send(**request_)
    assert not Event.objects.exists()
    assert DropCount.objects.get().reason == reason
    assert accounts.balance().holds
    site.refresh_from_db()
    if said:
        assert said in sites.outcome(site, since).text
    else:
        assert site.refused == {}


def test_the_screen_gives_the_snippet_and_says_what_came_of_a_try(client, marketer, site, monkeypatch):
    client.force_login(marketer)
    place = reverse("tracked_sites:inspect", args=[site.pk])
    assert "http://127.0.0.1:8000/t/s/k3y" in client.get(place).content.decode()
    assert "origins are https://shop.example" in client.get(place, {"page": "https://other.example/"}).content.decode()
    worker.beat()
    since = clock.now()
    trying = {"page": f"{SHOP}/a-piece/", "since": since.isoformat()}
    assert "Waiting for the first event" in client.get(place, trying).content.decode()
    heard = reverse("tracked_sites:heard", args=[site.pk])
    assert client.get(heard, trying)["X-Go-On"] == "1"
    monkeypatch.setattr(clock, "now", lambda: since + timedelta(seconds=70))
    worker.beat()
    assert "Content-Security-Policy" in client.get(heard, trying).content.decode()
    send()
    answer = client.get(heard, trying)
    assert (answer["X-Go-On"], "It works" in answer.content.decode()) == ("0", True)


def test_origins_are_kept_as_browsers_write_them(client, marketer):
    client.force_login(marketer)
    lines = "https://Shop.example:443/some/page\nhttp://shop.example:8080\nhttps://shop.example"
    client.post(reverse("tracked_sites:add"), {"name": "Shop", "origins": lines, "consent": "none", "is_open": "on"})
    assert TrackedSite.objects.get().origins == [SHOP, "http://shop.example:8080"]
    answer = client.post(reverse("tracked_sites:add"), {"name": "X", "origins": "shop.example", "consent": "none"})
    assert "“shop.example” is no web address" in answer.content.decode()


def test_only_marketers_come_here(client, make_user, site, owner, stranger):
    places = [reverse("tracked_sites:inspect", args=[site.pk]), reverse("tracked_sites:heard", args=[site.pk])]
    for person in (make_user("ana", policy.ANALYST), owner, stranger):
        client.force_login(person)
        assert [client.get(place).status_code for place in places] == [302, 302]
