"""The sales library: what is found for whom, who may give it to whom, and what a share writes."""

import uuid
from email import message_from_bytes
from email import policy as email_policy

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms.models import HomePage, Objection, Persona
from cms.models.pages import Audience
from nurture import pipeline
from nurture.contacts import timeline
from nurture.contacts.models import Engagement
from nurture.mail import queue
from nurture.mail.models import Delivery, Lane
from nurture.sales import shares
from nurture.sales.models import Share
from tests.nurture.test_pipeline import read as happens
from tracking import consent, tokens

pytestmark = pytest.mark.db


@pytest.fixture
def note(make_asset):
    return make_asset(
        "When they say it costs too much", audience=Audience.SALES_ONLY, body=[("text", "<p>Say so.</p>")]
    )


def address(name, *args):
    return reverse(f"nurture:{name}", args=args)


def rows(client, user, url, **query):
    client.force_login(user)
    return list(client.get(url, query).context["table"].data)


def give(client, user, piece, contact, way="copied", **values):
    client.force_login(user)
    data = {"ref": uuid.uuid4(), "way": way, "subject": "For you", "note": "Hello Ines,\nsee this."}
    return client.post(address("share", piece.pk, contact.pk), data | values)


def test_library_is_narrowed_by_stage_persona_words_and_audience(client, owner, make_asset, piece, note, stages):
    persona = Persona.objects.create(name="Buyer", slug="buyer")
    other = make_asset("Costs by the mile", summary="Diesel")
    other.primary_stage, other.personas = stages[2], [persona]
    price = Objection.objects.create(name="Too dear", slug="too-dear")
    other.objections.add(price)
    other.save()
    url, found = address("library"), {}
    for name, query in {
        "all": {},
        "stage": {"stage": stages[2].pk},
        "persona": {"persona": persona.pk},
        "objection": {"objection": price.pk},
        "words": {"q": "diesel"},
        "notes": {"audience": "sales_only"},
    }.items():
        found[name] = {row.title for row in rows(client, owner, url, **query)}
    assert found.pop("all") >= {piece.title, note.title, other.title}
    assert found == {
        "stage": {other.title}, "persona": {other.title}, "objection": {other.title},
        "words": {other.title}, "notes": {note.title}
    }  # fmt: skip
    assert b"Say so." in client.get(address("piece", note.pk)).content


def test_library_of_an_account_says_who_read_and_who_was_sent_a_piece(
    client, owner, colleague, contact, make_contact, piece, read, account
):
    read(contact, piece)
    shares.share(piece, make_contact("bo"), owner, "copied", ref=uuid.uuid4())
    row = next(row for row in rows(client, owner, address("library_account", account.pk)) if row.pk == piece.pk)
    assert (row.mark.read_by, row.mark.sent_to) == (["Ines Ferro"], ["Bo Ferro"])
    client.force_login(colleague)
    lists = [address("library_account", account.pk), address("library_contact", contact.pk)]
    assert [client.get(one).status_code for one in lists] == [404, 404]


def test_share_is_for_own_contacts_of_who_may(
    client, piece, note, contact, owner, colleague, stranger, manager, marketer, editor
):
    answers = {}
    for user in (owner, colleague, stranger, manager, marketer, editor):
        client.force_login(user)
        got = client.get(address("share", piece.pk, contact.pk)).status_code
        answers[user.username] = (got, give(client, user, piece, contact).status_code)
    assert answers == {
        "owner": (200, 302),
        "colleague": (404, 404),
        "stranger": (302, 302),
        "manager": (200, 302),
        "marketer": (200, 302),
        "editor": (302, 302),
    }
    assert {share.user.username for share in Share.objects.all()} == {"owner", "manager", "marketer"}
    refused = give(client, owner, note, contact)
    assert (refused.status_code, Share.objects.filter(asset=note).count()) == (422, 0)
    assert "internal note" in refused.content.decode()
    client.force_login(colleague)
    assert client.get(address("shared", Share.objects.first().pk)).status_code == 404


def test_personal_link_leads_the_reading_back_to_the_contact(client, piece, contact, owner):
    shown = client.get(give(client, owner, piece, contact)["Location"])
    made = Share.objects.get()
    token = shown.context["url"].rsplit("/", 1)[1]
    assert tokens.read("link", token).items() >= {"d": queue.page_url(piece), "r": made.ref.hex}.items()
    assert tokens.read("link", token) == {"d": queue.page_url(piece), "r": made.ref.hex, "n": 1}
    happens(None, piece, kind="link_followed", minutes_ago=0, link_ref=made.ref)
    pipeline.react()
    assert Engagement.objects.values_list("contact", "by_mail_link").get() == (contact.pk, True)
    assert ModelLogEntry.objects.filter(action="nurture.piece_shared", user=owner).count() == 1
    told = [entry.text for entry in timeline.read(contact).entries if entry.source == "share"]
    assert told == [f"owner took a personal link to ‘{piece.title}’ for them"]
    assert contact.exposures.get().asset == piece


def test_mail_goes_once_from_the_person_and_can_be_refused_for_ever(client, piece, contact, owner):
    ref = uuid.uuid4()
    for _ in range(2):
        assert give(client, owner, piece, contact, way="mailed", ref=ref).status_code == 302
    delivery = Delivery.objects.get()
    mail = message_from_bytes(bytes(delivery.raw), policy=email_policy.default)
    text = mail.get_body(("plain",)).get_content()
    assert (delivery.lane, delivery.address, mail["Reply-To"], mail["Subject"]) == (
        Lane.MARKETING, contact.email, f"owner <{owner.email}>", "For you"
    )  # fmt: skip
    assert "Hello Ines,\nsee this." in text
    assert "/t/c/" in text
    assert "/t/u/" in text
    assert mail.get_body(("html",)).get_content().count('style="display:none" aria-hidden="true"') == 1  # for robots
    consent.suppress(consent.address_hmac(contact.email), "unsubscribed", source="one_click")
    again = give(client, owner, piece, contact, way="mailed")
    assert (again.status_code, Delivery.objects.count()) == (422, 1)
    assert "asked for no such mail" in again.content.decode()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"way": "sung"}, "sung is not one of the available choices"),
        ({"ref": "x"}, "Enter a valid UUID"),
        ({"way": "mailed", "note": "x" * 4001}, "at most 4000 characters"),
    ],
)
def test_wrong_form_is_refused_in_words(client, piece, contact, owner, values, words):
    answer = give(client, owner, piece, contact, **values)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert Share.objects.count() == 0


@pytest.mark.parametrize("number", [1, 4])
def test_library_takes_the_same_queries_for_one_piece_and_four(
    client, owner, contact, make_asset, read, number, django_assert_num_queries
):
    HomePage.objects.first().get_children().delete()
    for n in range(number):
        read(contact, make_asset(f"Piece {n}"))
    client.force_login(owner)
    url = address("library_account", contact.account_id)
    client.get(url)
    with django_assert_num_queries(25):
        assert len(client.get(url).context["table"].data) == number


def test_only_reading_after_the_share_is_told_as_its_fruit(client, piece, contact, owner, read):
    read(contact, piece, hours=2)
    made = client.get(give(client, owner, piece, contact)["Location"]).context
    assert made["readers"] == []
    later = read(contact, piece, hours=-1)
    assert [at for at, _words in shares.followed(made["made"])] == [later.occurred_at]


def test_for_a_contact_unread_pieces_come_first_and_those_for_their_stage_and_persona_before(
    client, owner, contact, make_asset, read, stages
):
    HomePage.objects.first().get_children().delete()
    persona = Persona.objects.create(name="Buyer", slug="buyer")
    contact.stage, contact.persona = stages[2], persona
    contact.save()
    fits = make_asset("Fits")
    fits.primary_stage, fits.personas = stages[2], [persona]
    fits.save()
    had = make_asset("Had")
    had.primary_stage, had.personas = stages[2], [persona]
    had.save()
    read(contact, had)
    others = [make_asset(f"Other {n:02}") for n in range(25)]
    url = address("library_contact", contact.pk)
    client.force_login(owner)
    first = client.get(url)
    found = [piece.title for piece in first.context["table"].data]
    second = client.get(url, {"after": first.context["further"]})
    found += [piece.title for piece in second.context["table"].data]
    assert (found[0], found[-1], len(found), second.context["further"]) == ("Fits", "Had", len(others) + 2, "")
    assert found[1:-1] == [piece.title for piece in reversed(others)]
    assert "Further" in first.content.decode()


def test_for_an_account_what_nobody_there_has_comes_first_and_of_that_what_is_for_the_stage_of_most(
    client, owner, account, make_contact, make_asset, read, stages
):
    HomePage.objects.first().get_children().delete()
    people = [make_contact(f"p{n}", stage=stages[2] if n else stages[0]) for n in range(3)]
    titles = ("Fits", "Read there", "Sent there", "Later")
    fits, had, sent, _later = (make_asset(title) for title in titles)
    for piece in (fits, had, sent):
        piece.primary_stage = stages[2]
        piece.save()
    read(people[1], had)
    shares.share(sent, people[0], owner, "copied", ref=uuid.uuid4())
    url = address("library_account", account.pk)
    assert [row.title for row in rows(client, owner, url)] == ["Fits", "Later", "Sent there", "Read there"]
    assert f"most of them are in: {stages[2]}" in client.get(url).content.decode()
    assert [row.title for row in rows(client, owner, url, q="fits")] == ["Fits"]
    for person in people:
        person.delete()
    words = client.get(url).content.decode()
    assert "No stage of anybody there is known yet" in words
