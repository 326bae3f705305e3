import pytest
from django.core.exceptions import ValidationError

from nurture.contacts import facts
from nurture.contacts.models import Account, Contact, FieldChange

pytestmark = pytest.mark.db


def test_change_writes_one_row_a_changed_field(contact):
    other = Account.objects.create(name="Other")
    before = contact.account_id

    facts.change(contact, {"job_title": "Buyer", "account": other, "last_name": "Ferro"}, "form")

    kept = Contact.objects.get()
    assert (kept.job_title, kept.account) == ("Buyer", other)
    rows = FieldChange.objects.filter(subject=contact.subject).values_list("field", "old", "new", "source")
    assert sorted(rows) == [
        ("account", str(before), str(other.pk), "form"),
        ("job_title", "Head of logistics", "Buyer", "form"),
    ]


def test_nothing_changed_writes_nothing(contact):
    assert facts.change(contact, {"job_title": "Head of logistics"}, "form") == []
    assert FieldChange.objects.count() == 0


def test_invalid_value_is_refused_whole(contact):
    with pytest.raises(ValidationError) as refused:
        facts.change(contact, {"job_title": "Buyer", "email": "no address"}, "api")
    assert list(refused.value.message_dict) == ["email"]
    assert FieldChange.objects.count() == 0
    assert Contact.objects.get().job_title == "Head of logistics"


@pytest.mark.parametrize("field", ["stage", "subject", "nonsense"])
def test_what_is_no_fact_is_refused(contact, field):
    with pytest.raises(ValueError, match=f"Not facts of a contact: {field}"):
        facts.change(contact, {field: None}, "api")


def test_account_facts_are_kept_too(account):
    facts.change(account, {"owner": None}, "crm")
    assert FieldChange.objects.get().subject == account.subject
    assert Account.objects.get().owner is None
