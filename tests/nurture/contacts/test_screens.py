"""Who sees which screen: owner, colleague, stranger; another's answers as a missing one does."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import policy
from nurture.contacts.models import Account, Contact, FieldChange, StageChange
from nurture.sales.models import Alert

OBJECT_SCREENS = ("contact", "contact_edit", "contact_stage")


@pytest.fixture
def manager(make_user):
    return make_user("manager", policy.SALES_MANAGER)


def status(client, user, url):
    client.force_login(user)
    return client.get(url).status_code


@pytest.mark.parametrize("name", OBJECT_SCREENS)
def test_contact_is_for_the_owner_and_missing_for_a_colleague(client, contact, owner, colleague, stranger, name):
    url, missing = reverse(f"nurture:{name}", args=[contact.pk]), reverse(f"nurture:{name}", args=[999])
    assert [status(client, user, url) for user in (owner, colleague, stranger)] == [200, 404, 302]
    assert [status(client, user, missing) for user in (owner, colleague, stranger)] == [404, 404, 302]


def test_account_is_for_the_owner_and_missing_for_a_colleague(client, account, owner, colleague, stranger, manager):
    url, missing = reverse("nurture:account", args=[account.pk]), reverse("nurture:account", args=[999])
    assert [status(client, user, url) for user in (owner, colleague, stranger, manager)] == [200, 404, 302, 200]
    assert status(client, owner, missing) == 404


def test_only_marketers_and_managers_edit_accounts(client, account, owner, manager, marketer, editor):
    for url in (reverse("nurture:account_edit", args=[account.pk]), reverse("nurture:account_add")):
        answers = [status(client, user, url) for user in (owner, manager, marketer, editor)]
        assert answers == [302, 200, 200, 302]


@pytest.mark.parametrize("name", ["contacts", "contacts_results", "accounts", "accounts_results"])
def test_lists_show_a_salesperson_their_own(client, contact, owner, colleague, stranger, editor, name):
    url = reverse(f"nurture:{name}")
    assert status(client, stranger, url) == 302
    assert status(client, editor, url) == 302
    client.force_login(owner)
    assert b"Example Co" in client.get(url).content
    client.force_login(colleague)
    assert b"Example Co" not in client.get(url).content


def test_person_one_was_alerted_to_call_is_seen_but_not_edited(client, contact, colleague):
    from_alert = {"reason": "x", "caused_at": contact.created_at, "created_at": contact.created_at}
    Alert.objects.create(
        contact=contact, owner=colleague, cause_uuid=contact.subject, occasion="action:1", **from_alert
    )
    assert status(client, colleague, reverse("nurture:contact", args=[contact.pk])) == 200
    assert status(client, colleague, reverse("nurture:contact_edit", args=[contact.pk])) == 404


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_with_one_row_and_three(client, make_contact, marketer, django_assert_num_queries, number):
    for at in range(number):
        make_contact(f"person{at}")
    client.force_login(marketer)
    client.get(reverse("nurture:contacts"))
    with django_assert_num_queries(14):
        client.get(reverse("nurture:contacts"))
    with django_assert_num_queries(11):
        client.get(reverse("nurture:accounts"))


@pytest.mark.parametrize("number", [3, 60])
def test_contact_page_costs_the_same_with_few_entries_and_many(
    client, contact, owner, make_asset, read, django_assert_num_queries, number
):
    piece = make_asset("How cold is cold")
    for at in range(number):
        read(contact, piece, hours=at + 2)
    client.force_login(owner)
    url = reverse("nurture:contact", args=[contact.pk])
    client.get(url)
    with django_assert_num_queries(37):
        client.get(url)


@pytest.mark.parametrize("number", [1, 3])
def test_account_page_costs_the_same_with_one_person_and_three(
    client, account, owner, make_contact, make_asset, read, django_assert_num_queries, number
):
    piece = make_asset("How cold is cold")
    for at in range(number):
        read(make_contact(f"person{at}"), piece)
    client.force_login(owner)
    client.get(reverse("nurture:account", args=[account.pk]))
    with django_assert_num_queries(14):
        client.get(reverse("nurture:account", args=[account.pk]))


def test_pages_go_older_and_newer_by_key(client, make_contact, marketer):
    for number in range(45):
        make_contact(f"person{number}")
    client.force_login(marketer)
    names, query = [], {}
    for _ in range(3):
        context = client.get(reverse("nurture:contacts"), query).context
        names += [person.email for person in context["object_list"]]
        query = {"older": context["older"]}
    assert (len(names), len(set(names)), context["older"]) == (45, 45, None)
    back = client.get(reverse("nurture:contacts"), {"newer": context["newer"]}).context
    assert [person.email for person in back["object_list"]] == names[20:40]


def test_filters_narrow_the_list(client, make_contact, stages, marketer, colleague):
    make_contact("ines")
    make_contact("jo", stage=stages[1])
    make_contact("kim", account=Account.objects.create(name="Other", owner=colleague))
    client.force_login(marketer)

    def found(**query):
        return [person.first_name for person in client.get(reverse("nurture:contacts"), query).context["object_list"]]

    assert found(stage=stages[1].pk) == ["Jo"]
    assert found(owner=colleague.pk) == ["Kim"]
    assert found(q="ines ferro") == ["Ines"]
    assert found(q="nobody") == []


def test_edit_keeps_facts_and_audit(client, contact, owner):
    client.force_login(owner)
    data = {"email": "INES@Example.com ", "first_name": "Ines", "last_name": "Ferro", "account": contact.account_id}
    answer = client.post(reverse("nurture:contact_edit", args=[contact.pk]), data | {"job_title": "Buyer"})
    assert answer.status_code == 302
    assert sorted(FieldChange.objects.values_list("field", "new", "source")) == [
        ("job_title", "Buyer", f"admin:{owner.pk}"),
        ("phone", "", f"admin:{owner.pk}"),
    ]
    entry = ModelLogEntry.objects.get(action="nurture.contact_changed")
    assert (entry.user, entry.data["fields"]) == (owner, ["phone", "job_title"])


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "", "A contact needs a mail address: it is how we recognise them."),
        ("email", "ines at example", "This is no mail address. Write it like ines@example.com."),
        ("email", "Jo@example.com", "There is a contact with this mail address already: Jo Ferro. One address is"),
        ("phone", "call me", "Write the number as it is dialled, for example +351 21 000 0000."),
        ("country", "Portugal", "Ensure this value has at most 2 characters (it has 8)."),
        ("country", "P1", "Write the country as its two letters, for example PT or DE."),
        ("time_zone", "Lisbon", "‘Lisbon’ is no time zone. Write it as Region/City, for example Europe/Lisbon."),
        ("account", "", "Choose one of your accounts."),
    ],
)
def test_wrong_contact_is_refused_in_words_and_nothing_saved(
    client, contact, make_contact, owner, field, value, message
):
    make_contact("jo")
    client.force_login(owner)
    data = {"email": contact.email, "first_name": "Changed", "account": contact.account_id} | {field: value}
    answer = client.post(reverse("nurture:contact_edit", args=[contact.pk]), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field][0].startswith(message)
    assert Contact.objects.get(pk=contact.pk).first_name == "Ines"


def test_taken_address_does_not_name_a_colleagues_contact(client, contact, colleague):
    mine = Account.objects.create(name="Mine", owner=colleague)
    client.force_login(colleague)
    answer = client.post(reverse("nurture:contact_add"), {"email": contact.email, "account": mine.pk})
    assert answer.context["form"].errors["email"] == [
        "There is a contact with this mail address already. One address is one person."
    ]


def test_salesperson_cannot_put_a_contact_into_anothers_account(client, account, colleague):
    client.force_login(colleague)
    answer = client.post(reverse("nurture:contact_add"), {"email": "new@example.com", "account": account.pk})
    assert answer.status_code == 422
    assert Contact.objects.count() == 0


@pytest.mark.parametrize(
    ("domain", "message"),
    [
        ("https://example.com", "Only the domain, without https:// and without @: for example example.com."),
        ("nonsense", "This is no domain. Write it like example.com."),
        ("EXAMPLE.com", "Example Co has this domain already."),
    ],
)
def test_wrong_domain_is_refused_in_words(client, account, marketer, domain, message):
    client.force_login(marketer)
    answer = client.post(reverse("nurture:account_add"), {"name": "New", "kind": "prospect", "domain": domain})
    assert answer.context["form"].errors == {"domain": [message]}
    assert Account.objects.count() == 1


def test_account_is_added_with_its_domain_in_ascii(client, marketer):
    client.force_login(marketer)
    client.post(reverse("nurture:account_add"), {"name": "New", "kind": "prospect", "domain": "Bücher.example."})
    assert Account.objects.get().domain == "xn--bcher-kva.example"
    assert ModelLogEntry.objects.get().action == "nurture.account_added"


def move(client, contact, stage, **data):
    seen = {"seen": contact.stage_id, "stage": stage.pk, "reason": "Asked for prices"}
    return client.post(reverse("nurture:contact_stage", args=[contact.pk]), seen | data)


def test_stage_is_moved_by_hand_with_reason_and_audit(client, contact, stages, owner):
    client.force_login(owner)
    assert move(client, contact, stages[1]).status_code == 302
    change = StageChange.objects.get()
    assert (change.to_stage, change.reason, change.user) == (stages[1], "Asked for prices", owner)
    assert ModelLogEntry.objects.get().action == "nurture.stage_moved"


def test_stage_that_moved_meanwhile_is_shown_first(client, contact, stages, owner):
    client.force_login(owner)
    answer = move(client, contact, stages[1], seen=stages[2].pk)
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()[0].startswith("Meanwhile they were moved to Looking.")
    assert StageChange.objects.count() == 0


def test_moving_needs_a_reason_and_another_stage(client, contact, stages, owner):
    client.force_login(owner)
    assert move(client, contact, stages[1], reason="").context["form"].errors == {
        "reason": ["Say why, in a few words: colleagues will read it."]
    }
    assert move(client, contact, stages[0]).context["form"].errors == {"stage": ["They are at this stage already."]}
