"""Mails to people who are no contacts are forgotten with them; a contact takes along what names their address."""

from uuid import uuid4

import pytest
from django.core.mail import EmailMessage

from cms import clock, outside
from cms.models import Comment, Persona, PersonaNote
from editorial.models import Entry, Interview
from nurture import erasing
from nurture.mail import queue
from nurture.mail.models import Delivery
from tracking import consent
from tracking.models import Suppression

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]


@pytest.fixture
def expert(db):
    entry, now = Entry.objects.create(title="Alarms"), clock.now()
    return Interview.objects.create(
        entry=entry, name="Ada Zzyzx", email="ada@example.com", digest="d", asked_at=now, expires_at=now
    )


def mailed(address):
    return queue.enqueue_raw(EmailMessage("Your answers: Alarms", "Zzyzx", to=[address]))[0]


def test_mails_to_them_are_emptied_and_nobody_mails_them_again(expert, marketer):
    mine, other = mailed("ada@example.com"), mailed("bo@x.example")
    assert outside.forget(outside.of_address("ADA@example.com"), marketer) == 1
    mine.refresh_from_db()
    assert (mine.raw, mine.subject, mine.address, mine.state) == (None, "", "nobody@erased.invalid", "cancelled")
    assert Delivery.objects.get(pk=other.pk).subject == "Your answers: Alarms"
    told = Suppression.objects.get()
    assert (told.address_hmac, told.reason) == (consent.address_hmac("ada@example.com"), "objection")


def test_contact_s_mails_are_left_to_who_may_forget_contacts(expert, make_contact, marketer):
    contact = make_contact("ada")
    mail = mailed(contact.email)
    outside.forget(outside.of_address(contact.email), marketer)
    assert Delivery.objects.get(pk=mail.pk).subject == "Your answers: Alarms"
    assert (Interview.objects.get().name, Suppression.objects.count()) == ("–", 0)


def test_contact_who_is_exported_or_forgotten_takes_it_along(expert, make_contact, marketer):
    contact = make_contact("ada")
    assert [one["name"] for one in erasing.export(contact)["elsewhere"]] == ["Ada Zzyzx"]
    erasing.erase(contact, marketer)
    assert (Interview.objects.get().name, Interview.objects.get().email) == ("–", "")


def test_comments_and_interviews_kept_with_a_persona_are_found_by_name(make_asset, marketer):
    said = {"asset": make_asset("How cold"), "name": "Ada Zzyzx", "text": "Good.", "posted_at": clock.now()}
    Comment.objects.create(state="published", email="ada@example.com", key=uuid4(), **said)
    Comment.objects.create(state="waiting", email="", key=uuid4(), **said)
    persona = Persona.objects.create(slug="it", name="IT")
    PersonaNote.objects.create(persona=persona, who="A. Zzyzx, Brackwater", held_on="2026-03-01", notes="Cold.")
    found = outside.find("zzyzx")[0]
    assert sorted(outside.key_of(one).split(":")[0] for one in found) == ["comments", "comments", "persona_notes"]
    assert {len(outside.export([one])[0]) > 3 for one in found} == {True}
    outside.forget(found, marketer)
    assert list(Comment.objects.values_list("name", "email", "state")) == [("–", "", "published")]
    assert not PersonaNote.objects.exists()
    assert outside.find("zzyzx") == ([], False)
