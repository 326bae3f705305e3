"""The page about one's data, the banner, and the endpoint that takes an answer."""

import json
from uuid import uuid4

import pytest
from django.test import Client

from cms.models import HomePage
from tests.tracking.calling import BROWSER, call
from tracking import consent, links, wordings
from tracking.models import ConsentEvent

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True),
]
HMAC = "a" * 64


def page_of(subject):
    return links.data_url(HMAC, subject).partition("8000")[2]


def test_page_about_a_browser_says_what_is_kept_and_sets_no_cookie(client, settings):
    text = client.get("/your-data/").content.decode()
    assert "From this browser, if you agree" in text
    assert "Opt-out signal honoured" not in text
    honoured = client.get("/your-data/", headers={"Sec-GPC": "1"})
    assert "Opt-out signal honoured" in honoured.content.decode()
    settings.TRACKING_CONSENT = {"*": "off"}
    from tracking import modes  # noqa: PLC0415 -- only to read the settings anew

    modes.forget()
    assert "Nothing: where you are, no visit is recorded." in client.get("/your-data/").content.decode()
    modes.forget()
    assert not client.cookies


def test_person_answers_by_a_plain_form_and_looking_changes_nothing():
    subject, client = uuid4(), Client(enforce_csrf_checks=True)
    page = client.get(page_of(subject)).content.decode()
    assert (page.count("Now: yes."), page.count("Now: no.")) == (1, 1)
    assert ConsentEvent.objects.count() == 0
    answer = client.post(page_of(subject), {"purpose": "click_profile", "answer": "no"}, headers={"User-Agent": "Me"})
    assert answer.status_code == 302
    assert "Your answer is stored." in client.get(answer["Location"]).content.decode()
    log = ConsentEvent.objects.get()
    assert (log.subject, log.purpose, log.action, log.source) == (
        subject,
        "click_profile",
        "withdrawn",
        "preference_page",
    )
    assert (log.proof, log.wording) == ({"user_agent": "Me"}, wordings.version("click_profile"))
    client.post(page_of(subject), {"purpose": "open_tracking", "answer": "yes"})
    assert consent.answers([subject], "open_tracking") == {subject: True}
    for said in ({"purpose": "email", "answer": "no"}, {"purpose": "click_profile"}):
        assert client.post(page_of(subject), said).status_code == 404
    for token in ("x", links.data_url(HMAC, None).split("/")[-2]):
        assert client.get(f"/your-data/{token}/").status_code == 404


def test_banner_is_there_only_where_we_ask(client, settings):
    home = HomePage.objects.first().url
    assert b"lede-ask" not in client.get(home).content
    settings.CONSENT_ELSEWHERE = False
    page = client.get(home).content.decode()
    assert 'data-consent="ask"' in page
    assert page.index('data-answer="no"') < page.index('data-answer="yes"')
    assert wordings.version(wordings.SITE_PROFILE) in page


def said(**data):
    return call(("POST", "/t/k", {"content": json.dumps(data), "headers": BROWSER | data.pop("headers", {})}))[0]


def test_answer_of_a_browser_is_written_before_it_is_answered():
    key = str(uuid4())
    assert said(visitor=key, yes=True, wording="en-1").json() == {"yes": True}
    assert said(visitor=key, yes=False, source="data_page").json() == {"yes": False}
    log = ConsentEvent.objects.order_by("pk").values_list("action", "source", "wording")
    assert list(log) == [("given", "banner", "en-1"), ("withdrawn", "data_page", "")]


@pytest.mark.parametrize(
    "data",
    [{}, {"yes": True}, {"yes": "yes", "visitor": str(uuid4())}, {"yes": True, "visitor": "me"}, [1],
     {"yes": True, "visitor": "00000000-0000-0000-0000-000000000001", "wording": "x" * 61},
     {"yes": True, "visitor": "00000000-0000-0000-0000-000000000001", "source": "somebody"}],
    ids=["empty", "nobody", "no answer", "no key", "list", "long wording", "unknown source"],
)  # fmt: skip
def test_what_is_no_answer_is_refused_in_words(data):
    answer = call(("POST", "/t/k", {"content": json.dumps(data)}))[0]
    assert (answer.status_code, set(answer.json()["error"])) == (400, {"what", "where", "why"})
    assert ConsentEvent.objects.count() == 0


def test_yes_is_not_taken_from_a_browser_that_objects():
    body = json.dumps({"visitor": str(uuid4()), "yes": True})
    answer = call(("POST", "/t/k", {"content": body, "headers": {"sec-gpc": "1"}}))[0]
    assert (answer.status_code, ConsentEvent.objects.count()) == (400, 0)
    assert call(("GET", "/t/k", {}))[0].status_code == 405
