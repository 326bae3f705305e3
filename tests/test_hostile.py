"""Hostile text through every public field, then on every staff screen that shows it: never an error, only ever text.

The strings are the 485 of the big list of naughty strings (hostile/blns.json of the real data).
"""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.html import escape

from cms import clock
from cms.feedback import comments, ratings
from cms.feedback.models import Comment, Rating
from nurture import pipeline as decisions
from nurture.contacts import identities
from nurture.contacts.models import Contact, Engagement, Identity
from nurture.mail.models import Delivery, Lane
from tests.nurture.people import account, contact, make_asset, make_contact, read, stages
from tests.tracking.calling import call
from tests.tracking.conftest import own_writer
from tracking import accounts, links, pipeline
from tracking.models import ConsentEvent, Event, Suppression, Visitor

__all__ = ["account", "contact", "make_asset", "make_contact", "own_writer", "read", "stages"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.data,
    pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("own_writer"),
]
ADDRESSES = ("href", "src", "action", "formaction", "data")
RUNNING = ("javascript:", "vbscript:", "data:text")


@pytest.fixture
def strings(data):
    found = json.loads((data / "hostile" / "blns.json").read_text())
    assert len(found) == 485
    return found


class Checker(HTMLParser):
    """Reads a page tag by tag, without a tree: a quarter of the time that one takes, for a thousand pages."""

    script = False

    def handle_starttag(self, tag, attrs):
        self.script = tag == "script"
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            runs = name in ADDRESSES and (value or "").strip().lower().startswith(RUNNING)
            assert not runs, (tag, name, value)

    def handle_endtag(self, tag):
        self.script = False

    def handle_data(self, data):
        assert not (self.script and "alert(" in data)


def check_is_text(html: str, strings: list[str]) -> None:
    """No string stands in the page as markup: not verbatim, not as a script, a handler or an address that runs."""
    verbatim = [text for text in strings if "<" in text.strip()[:-1] and ">" in text and len(text) > 8 and text in html]
    assert verbatim == []
    checker = Checker()
    checker.feed(html)
    checker.close()


def segments(strings: list[str]) -> Iterator[str]:
    """The strings as a part of a path; some are none."""
    for text in strings:
        if quote(text, safe="") not in ("", ".", ".."):
            yield quote(text, safe="")


def event(text: str, visitor: Visitor, **fields) -> dict:
    said = {"url": text, "referrer": text, "title": text, "properties": {"query": text, text: [text]}}
    return {"uuid": str(uuid4()), "kind": "site_searched", "visitor": visitor.key.hex, **said, **fields}


def test_events_are_shown_on_the_timeline_as_text(client, strings, contact, marketer):
    visitor = Visitor.objects.create(key=uuid4(), first_seen_at=clock.now(), last_seen_at=clock.now())
    identities.tie(contact, visitor, Identity.Kind.FORM)
    lists = [[event(text, visitor) for text in strings[at : at + 20]] for at in range(0, len(strings), 20)]
    answers = call(*[("POST", "/t/e", {"content": json.dumps(some)}) for some in lists])
    assert {answer.status_code for answer in answers} == {202}
    while pipeline.run_batch() or decisions.react():
        pass
    assert Event.objects.filter(properties__title__isnull=False).count() == sum(map(bool, strings))
    assert Engagement.objects.filter(contact=contact).count() == len(strings)
    assert accounts.balance().dropped == 0
    client.force_login(marketer)
    check_stream(client, contact, strings)


def check_stream(client, contact, strings):
    """Every page of the timeline, each string on one of them."""
    address, older, whole = reverse("nurture:contact", args=[contact.pk]), "", ""
    while older or not whole:
        answer = client.get(address, {"older": older} if older else {})
        assert answer.status_code == 200
        older = answer.context["stream"].older
        whole += answer.content.decode()
    check_is_text(whole, strings)
    assert [text for text in strings if escape(text[:80]) not in whole] == []


@pytest.mark.parametrize("field", ["uuid", "kind", "visitor", "link", "occurred_at", "properties"])
def test_events_with_a_hostile_field_are_refused(strings, field):
    good = {"uuid": str(uuid4()), "kind": "page_viewed"}
    bodies = [json.dumps(good | {field: text}) for text in strings if text]
    answers = call(*[("POST", "/t/e", {"content": body}) for body in bodies])
    assert {(answer.status_code, answer.json()["error"]["what"]) for answer in answers} == {(400, field)}


def test_pixels_links_and_unsubscribe_tokens(strings):
    paths = [f"/t/p.gif?k=page_viewed&u={quote(text)}&r={quote(text)}" for text in strings]
    assert {answer.status_code for answer in call(*[("GET", path, {}) for path in paths])} == {200}
    assert pipeline.run_batch() == len(strings)
    assert accounts.balance().holds
    tokens = [token for token in segments(strings) if "%" in token or token.isalnum()]
    answers = call(*[(m, f"/t/{kind}/{token}", {}) for token in tokens for kind, m in (("c", "GET"), ("u", "POST"))])
    assert {(answer.status_code, answer.headers.get("location")) for answer in answers} == {(404, None)}
    assert (Suppression.objects.exists(), ConsentEvent.objects.exists()) == (False, False)


def test_a_signed_link_bent_in_any_way_leads_nowhere(strings):
    token = links.tracked_url("https://elsewhere.example/", uuid4()).rpartition("/")[2]
    version, key, payload, mac = token.split(".")
    bent = [token[:-1], f"{token}A", f"{token}.", f"{version}.{key}.{mac}.{payload}", f"{version}.{key}.{payload}."]
    for text in segments(strings):
        bent += [f"{token}{text}", f"{version}.{key}.{text}.{mac}", f"{version}.{text}.{payload}.{mac}"]
    answers = call(*[("GET", f"/t/c/{one}", {}) for one in bent if "/" not in one and "?" not in one])
    assert {(answer.status_code, answer.headers.get("location")) for answer in answers} == {(404, None)}


def test_public_pages(client, strings, make_asset):
    make_asset("A piece")
    for text in strings:
        asked = {"q": text, "topic": text, "format": text, "show": text, "before": text, text: text}
        answer = client.get("/search/", asked)
        assert answer.status_code == 200
        check_is_text(answer.content.decode(), [text])
    for text in segments(strings):
        assert client.get(f"/topics/{text}/").status_code in (301, 404)


def from_elsewhere(number: int) -> dict[str, str]:
    """Every request from a network of its own, so that no limit hides what a form does with a text."""
    return {"REMOTE_ADDR": f"10.{number // 250}.{number % 250}.1"}


def test_ratings(client, strings, make_asset):
    piece = make_asset("A piece")
    token = ratings.sign(piece.pk)
    for number, text in enumerate(strings):
        assert client.post(reverse("rate"), {"token": text, "value": "1"}).status_code == 400
        said = {"token": token, "value": "1", "visitor": text, "link": text}
        agent = {"user-agent": quote(text)}
        assert client.post(reverse("rate"), said, headers=agent, **from_elsewhere(number)).status_code == 303
    assert set(Rating.objects.values_list("asset", flat=True)) == {piece.pk}


def test_comments(client, strings, make_asset, monkeypatch):
    """Kept as they were written, mailed to one address each, shown as text."""
    for limit, value in (("ALL_A_MINUTE", 10_000), ("FASTEST_SECONDS", 0), ("SHOWN", 1_000)):
        monkeypatch.setattr(comments, limit, value)
    piece = make_asset("A piece")
    token, kept = comments.sign(piece.pk), []
    for number, text in enumerate(strings):
        said = {"token": token, "name": text[:80], "text": text, "email": f"r{number}@reader.example"}
        said |= {"visitor": text, "link": text}
        answer = client.post(reverse("comment"), said, **from_elsewhere(number))
        assert answer.status_code == (303 if text[:80].strip() else 422)
        check_is_text(answer.content.decode(), [text])
        kept += [text.strip()] if text[:80].strip() else []
    assert list(Comment.objects.order_by("pk").values_list("text", flat=True)) == kept
    assert {len(message.recipients()) for message in mail.outbox} == {1}
    Comment.objects.update(state=Comment.State.PUBLISHED)
    page = client.get("/a-piece/")
    assert page.status_code == 200
    check_is_text(page.content.decode(), kept)


def test_names_and_subjects_are_text_on_every_list(client, strings, account, stages, marketer, settings):
    """As an import or a form may bring them."""
    people = [
        Contact(email=f"a{n}@example.com", first_name=text[:80], job_title=text[:80], account=account, stage=stages[0])
        for n, text in enumerate(strings)
    ]
    Contact.objects.bulk_create(people)
    now = clock.now()
    mails = [
        Delivery(contact=one, address=one.email, address_hmac=str(one.pk), occasion=f"test:{one.pk}", subject=text,
                 lane=Lane.MARKETING, state=Delivery.State.FAILED, last_error=text, not_before=now, created_at=now)
        for one, text in zip(people, strings, strict=True)
    ]  # fmt: skip
    Delivery.objects.bulk_create(mails)
    client.force_login(marketer)
    check_pages(client, reverse("nurture:contacts"), "older", strings)
    check_pages(client, reverse("nurture:deliveries"), "before", strings)
    for one in people[::40]:
        html = client.get(reverse("nurture:contact", args=[one.pk])).content.decode()
        check_is_text(html, strings)
        assert escape(" ".join(one.first_name.split())) in " ".join(html.split())


def check_pages(client, address, name, strings):
    """A list from its first page to its last."""
    key, pages = None, 0
    while key or not pages:
        answer = client.get(address, {name: key} if key else {})
        assert answer.status_code == 200
        check_is_text(answer.content.decode(), strings)
        key, pages = answer.context["older"], pages + 1
    assert pages == -(-len(strings) // 20)
