"""Whose address it is: shown by the button behind the mailed link, never by what somebody typed."""

import pytest

from cms.models import GateSubmission
from nurture.contacts import people
from nurture.contacts.models import Contact
from tests.cms.gates.conftest import OTHER, VISITOR, mailed
from tracking import consent
from tracking.models import ConsentEvent

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]


def test_mailed_link_followed_in_the_same_browser_proves_the_address(reader, mailoutbox, client, document):
    known = people.add("boss@brack.example", "admin:1", first_name="Ada", phone="1")
    reader.fill(email="boss@brack.example", visitor=VISITOR, company="Brack", consent_email="on")
    path = mailed(mailoutbox)
    for method in (client.get, client.head, client.options):
        method(path)
    assert GateSubmission.objects.get().proven_at is None
    assert "checked" not in (page := client.get(path).content.decode().partition('class="subscribe"')[0])
    assert 'value="email"' in page
    client.post(path, {"document": document.pk, "visitor": str(OTHER)})
    assert (GateSubmission.objects.get().proven_at, ConsentEvent.objects.count()) == (None, 0)
    found = client.post(path, {"document": document.pk, "visitor": str(VISITOR), "agree": ["email", "other"]})
    assert (found.status_code, GateSubmission.objects.get().proven_at is None) == (303, False)
    known.refresh_from_db()
    assert known.account.name == "Brack"
    assert ConsentEvent.objects.get().purpose == "email"
    opened = reader.open(VISITOR)
    assert [question.label for question in opened.context["asking"].questions] == ["Why now?"]  # the phone is known
    assert "boss@brack.example" in opened.content.decode()


def test_new_address_is_not_mailed_for_more_before_its_mailbox_says_yes(reader, mailoutbox, client, document):
    reader.fill(consent_email="on", visitor=VISITOR)
    contact = Contact.objects.get()
    assert consent.refused([contact.subject]) == {contact.subject: {"stream"}}
    path = mailed(mailoutbox)
    client.post(path, {"document": document.pk})
    assert consent.refused([contact.subject]) == {contact.subject: {"stream"}}
    client.post(path, {"document": document.pk, "agree": "email"})  # on their phone, say
    assert consent.refused([contact.subject]) == {}
    assert GateSubmission.objects.get().proven_at is None


def test_what_another_typed_is_not_theirs_who_press_the_button_elsewhere(reader, mailoutbox, client, document):
    known = people.add("boss@brack.example", "admin:1")
    reader.fill(email="boss@brack.example", company="Junk", role="Junk", consent_email="on", consent_open_tracking="on")
    client.post(mailed(mailoutbox), {"document": document.pk, "agree": "open_tracking"})
    known.refresh_from_db()
    assert (known.job_title, known.account) == ("", None)
    assert [line.purpose for line in ConsentEvent.objects.all()] == ["open_tracking"]


def test_address_that_others_type_gets_three_mails_a_day(reader, mailoutbox):
    answers = [reader.fill() for _ in range(5)]
    assert ([answer.status_code for answer in answers], len(mailoutbox)) == ([303] * 5, 3)
