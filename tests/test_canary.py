"""Marked people through every door that faces the internet: what is written about them never reaches a log."""

import json
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest

from nurture.contacts.models import Contact
from tests.nurture.people import stages
from tests.tracking.calling import BROWSER
from tracking import keys, links
from tracking.models import Event

__all__ = ["stages"]
pytestmark = [pytest.mark.db, pytest.mark.slow]
PEOPLE = 50
FORGED = "1999-01-01 00:00:00,000 ERROR forged"


def name(number):
    return f"canary{number:02}"


def doors(number, key):
    """(method, path, options) of what somebody does, well formed and not, with their name in each field."""
    who, ref = name(number), UUID(int=number + 1)
    address = f"{who}@canary.example"
    told = {"uuid": str(UUID(int=number + 1000)), "kind": "page_viewed", "visitor": str(UUID(int=number + 2000))}
    page = {"url": f"https://lede.example/?email={address}", "referrer": f"https://mail.example/{who}", "title": who}
    named = {"userId": who, "traits": {"email": address, "firstName": who}}
    link = links.tracked_url(f"https://lede.example/{who}?email={address}", ref, links=3).rpartition("/t/")[2]
    basic = {"auth": (key, "")}
    return [
        ("POST", "/t/e", {"json": told | page}),
        ("POST", "/t/e", {"json": told | {"kind": address}}),
        ("POST", "/t/e", {"content": f'{{"kind": "{address}"'.encode()}),
        ("GET", f"/t/p.gif?k=page_viewed&u={quote(page['url'])}&x={address}", {}),
        ("GET", f"/t/{link}", {}),
        ("GET", f"/t/{link}{who}", {}),
        ("GET", f"/t/c/{address}", {}),
        ("POST", f"/t/u/{address}", {"content": f"List-Unsubscribe={address}"}),
        ("POST", "/t/k", {"json": {"visitor": address, "yes": True}}),
        ("POST", "/v1/identify", {"json": named} | basic),
        ("POST", "/v1/track", {"json": {"userId": who, "event": who, "timestamp": address}} | basic),
        ("POST", "/v1/identify", {"json": named, "auth": (who, "")}),
        ("GET", f"/search/?q={address}", {}),
        ("GET", f"/?utm_source={address}", {"headers": BROWSER | {"cookie": f"sessionid={who}", "referer": address}}),
        ("POST", "/t/e", {"json": told | {"occurred_at": address}}),
    ]


def test_marked_people_reach_no_log_and_no_line_can_be_forged(installation):
    key = keys.make("crm", "server")
    installation.start(LOG_LEVEL="INFO")
    with httpx.Client(base_url=installation.url, headers=BROWSER) as client:
        for number in range(PEOPLE):
            for method, path, options in doors(number, key):
                assert client.request(method, path, **options).status_code < 500, path
        for path in (f"/t/c/x%0d%0a{quote(FORGED)}", f"/%0d%0a{quote(FORGED)}/", f"/t/%0d%0a{quote(FORGED)}"):
            assert client.get(path).status_code == 404
    installation.wait_until(lambda: Contact.objects.filter(email__endswith="@canary.example").count() == PEOPLE)
    installation.wait_until(lambda: Event.objects.filter(kind="action_taken").count() == PEOPLE)
    lines = installation.log.splitlines()
    assert [line for line in lines if "Not Found" in line]  # the log tells of what went wrong, without the address
    assert [line for line in lines if "canary" in line] == []
    assert [line for line in lines if line.startswith(FORGED)] == []
    assert json.loads(installation.manage("ledger", "--json").stdout)["balance"]["holds"]
