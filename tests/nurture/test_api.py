"""Contacts over HTTP: owner, colleague, stranger."""

from uuid import uuid4

import pytest

from nurture.contacts.models import Account, Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(owner):
    account = Account.objects.create(name="Example", owner=owner)
    return Contact.objects.create(email="ines@reader.example", first_name="Ines", account=account)


def test_owner_sees_the_contact(client, owner, contact):
    client.force_login(owner)
    assert [item["email"] for item in client.get("/api/v1/contacts").json()["items"]] == ["ines@reader.example"]
    assert client.get(f"/api/v1/contacts/{contact.subject}").json()["first_name"] == "Ines"


@pytest.mark.parametrize("who", ["colleague", "stranger"])
def test_others_do_not_and_cannot_tell_it_from_a_missing_one(client, request, who, contact):
    client.force_login(request.getfixturevalue(who))
    assert client.get("/api/v1/contacts").json()["items"] == []
    theirs, missing = (client.get(f"/api/v1/contacts/{subject}") for subject in (contact.subject, uuid4()))
    assert (theirs.status_code, theirs.content) == (missing.status_code, missing.content) == (404, theirs.content)


def test_nobody_without_logging_in(client, contact):
    assert client.get("/api/v1/contacts").status_code == 401
    assert client.get(f"/api/v1/contacts/{contact.subject}").status_code == 401


@pytest.mark.parametrize("number", [1, 3])
def test_number_of_queries_does_not_grow(client, marketer, number, django_assert_num_queries):
    account = Account.objects.create(name="Example")
    for index in range(number):
        Contact.objects.create(email=f"{index}@reader.example", account=account)
    client.force_login(marketer)
    with django_assert_num_queries(4):
        assert len(client.get("/api/v1/contacts").json()["items"]) == number
