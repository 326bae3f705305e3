import pytest
from django.core.exceptions import ValidationError

from nurture.contacts import people
from nurture.contacts.audience import audience
from nurture.contacts.models import Account, Contact

pytestmark = pytest.mark.db


def test_search_finds_by_every_word_in_name_address_or_account(contact, make_contact):
    make_contact("jo", account=None)
    found = [list(people.search(people.listed(), words)) for words in ("ines ferro", "head example", "logistics", "zz")]
    assert found == [[contact], [contact], [contact], []]


def test_accounts_are_searched_by_name_and_domain(account):
    Account.objects.create(name="Other")
    assert [list(people.search_accounts(Account.objects.all(), words)) for words in ("exam", "example.com")] == [
        [account],
        [account],
    ]


def test_synthetic_contact_is_not_listed(contact, make_contact):
    make_contact("robot", synthetic=True)
    assert list(people.listed()) == [contact]


def test_read_assets_leaves_out_robots_and_ratings(contact, make_asset, read):
    one, two, three = (make_asset(title) for title in ("One", "Two", "Three"))
    read(contact, one)
    read(contact, one, hours=3)
    read(contact, two, human=False)
    read(contact, three, kind="asset_rated")
    assert people.read_assets(contact) == {one.pk}


def test_audience_counts_contacts_and_accounts_in_two_queries(make_contact, stages, django_assert_num_queries):
    make_contact("ines")
    make_contact("jo")
    make_contact("kim", stage=stages[1], account=None)
    Contact.objects.create(email="nobody@example.org")
    with django_assert_num_queries(2):
        found = audience()
    assert found == {
        (stages[0].pk, None): {"contacts": 2, "accounts": 1, "weeks": None, "searches": None},
        (stages[1].pk, None): {"contacts": 1, "accounts": 0, "weeks": None, "searches": None},
    }


def test_who_was_added_a_moment_ago_is_given_back(db, monkeypatch):
    there, look = people.add("kim@example.com", "api", first_name="Kim"), people.by_address
    looks = iter([lambda address: None])
    monkeypatch.setattr(people, "by_address", lambda address: next(looks, look)(address))
    assert people.add("KIM@example.com", "form") == there
    assert Contact.objects.count() == 1
    with pytest.raises(ValidationError):
        people.add("no address", "form")
