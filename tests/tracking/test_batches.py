"""Batches: one statement whatever the number of rows, and every type comes back as it went in."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from cms.models import Campaign, User
from tracking import batches, months
from tracking.models import Draft, DropCount, Event, EventKey

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
AWKWARD = 'Zoë\'s "quote" \\ — %s 日本 \U0001f600\n\ttab'


def event(**changes):
    values = {"uuid": uuid4(), "kind": "page_viewed", "occurred_at": AT, "received_at": AT, "source": "script"}
    return Event(**(values | changes))


@pytest.fixture(autouse=True)
def month():
    months.make([AT])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("uuid", UUID(int=1)),
        ("occurred_at", AT),
        ("occurred_at", AT.replace(microsecond=0)),
        ("url", AWKWARD),
        ("url", ""),
        ("link_ref", None),
        ("link_ref", UUID(int=2**128 - 1)),
        ("asset_id", 2**31 - 1),
        ("asset_id", None),
        ("properties", {}),
        ("properties", {"a": [1, 2.5, None, True, {"b": AWKWARD}], "2": False}),
        ("properties", []),
        ("properties", "a text, not an object"),
        ("properties", 0),
    ],
)
def test_inserted_value_comes_back_through_the_orm(field, value):
    assert batches.insert(Event, [event(**{field: value})]) == 1
    assert getattr(Event.objects.get(), field) == value


def test_bool_date_and_decimal_come_back(make_user):
    batches.insert(User, [User(username="a", is_active=True), User(username="b", is_active=False, date_joined=AT)])
    assert list(User.objects.order_by("username").values_list("username", "is_active", "last_login")) == [
        ("a", True, None),
        ("b", False, None),
    ]
    batches.insert(Campaign, [Campaign(name="n", starts_on=date(2026, 1, 2), budget=Decimal("10.50"))])
    campaign = Campaign.objects.get()
    assert (campaign.starts_on, campaign.ends_on, campaign.budget) == (date(2026, 1, 2), None, Decimal("10.50"))


@pytest.mark.parametrize("rows", [1, 3, 5000])
def test_insert_is_one_statement(rows, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert batches.insert(Event, [event() for _ in range(rows)]) == rows
    assert Event.objects.count() == rows


def test_nothing_to_do_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert batches.insert(Event, []) == 0
        assert batches.insert_returning(Event, [], ["id"]) == []
        assert batches.add(DropCount, [], ["reason", "hour"], "count") == 0
        assert batches.update(Event, [], fields=["url"]) == 0
        assert batches.existing(EventKey, "uuid", []) == set()
        assert batches.delete(Event, "id", []) == 0


def test_conflict_is_refused_or_passed_over():
    first, second = EventKey(uuid=UUID(int=1), occurred_at=AT), EventKey(uuid=UUID(int=2), occurred_at=AT)
    batches.insert(EventKey, [first])
    assert batches.insert(EventKey, [first, second], ignore_conflicts=True) == 1
    with pytest.raises(IntegrityError):
        batches.insert(EventKey, [first])


def test_insert_returning_names_only_what_was_stored():
    first, second = EventKey(uuid=UUID(int=1), occurred_at=AT), EventKey(uuid=UUID(int=2), occurred_at=AT)
    assert batches.insert_returning(EventKey, [first], ["uuid", "occurred_at"]) == [(UUID(int=1), AT)]
    assert batches.insert_returning(EventKey, [first, second], ["uuid"], ignore_conflicts=True) == [(UUID(int=2),)]


def test_insert_returning_gives_new_primary_keys():
    stored = batches.insert_returning(Event, [event(uuid=UUID(int=n)) for n in range(3)], ["uuid", "id", "properties"])
    assert {(uuid, pk) for uuid, pk, _ in stored} == set(Event.objects.values_list("uuid", "id"))
    assert [properties for *_, properties in stored] == [{}, {}, {}]


def test_insert_goes_to_the_database_of_the_model():
    draft = Draft(uuid=uuid4(), kind="page_viewed", source="script", occurred_at=AT, received_at=AT, payload={"a": 1})
    assert batches.insert(Draft, [draft]) == 1
    assert Draft.objects.get().payload == {"a": 1}


def test_add_counts_up():
    rows = [DropCount(reason="duplicate", hour=AT, count=2), DropCount(reason="unknown_kind", hour=AT, count=1)]
    batches.add(DropCount, rows, ["reason", "hour"], "count")
    batches.add(DropCount, rows[:1], ["reason", "hour"], "count")
    assert dict(DropCount.objects.values_list("reason", "count")) == {"duplicate": 4, "unknown_kind": 1}


def test_update_gives_each_row_its_own_values(django_assert_num_queries):
    batches.insert(Event, [event(uuid=UUID(int=n)) for n in range(3)])
    rows = [
        {"uuid": UUID(int=0), "url": AWKWARD, "properties": {"n": [0]}, "asset": None},
        {"uuid": UUID(int=1), "url": "", "properties": {}, "asset_id": 7},
        {"uuid": UUID(int=9), "url": "nobody", "properties": {}, "asset_id": 7},
    ]
    with django_assert_num_queries(1):
        assert batches.update(Event, rows, "uuid", fields=["url", "properties", "asset"]) == 2
    assert list(Event.objects.order_by("uuid").values_list("url", "properties", "asset_id")) == [
        (AWKWARD, {"n": [0]}, None),
        ("", {}, 7),
        ("", {}, None),
    ]


def test_existing_finds_what_is_stored(django_assert_num_queries):
    batches.insert(EventKey, [EventKey(uuid=UUID(int=n), occurred_at=AT) for n in range(3)])
    with django_assert_num_queries(1):
        found = batches.existing(EventKey, "uuid", [UUID(int=n) for n in range(1, 4000)])
    assert found == {UUID(int=1), UUID(int=2)}
    batches.insert(Event, [event(asset_id=5), event(asset_id=5), event(url=AWKWARD)])
    assert batches.existing(Event, "asset", [4, 5]) == {5}
    assert batches.existing(Event, "url", [AWKWARD, "x"]) == {AWKWARD}


def test_delete_takes_only_the_named():
    batches.insert(EventKey, [EventKey(uuid=UUID(int=n), occurred_at=AT) for n in range(3)])
    assert batches.delete(EventKey, "uuid", [UUID(int=0), UUID(int=2), UUID(int=8)]) == 2
    assert list(EventKey.objects.values_list("uuid", flat=True)) == [UUID(int=1)]


def test_what_json_cannot_carry_is_refused():
    with pytest.raises((ValueError, IntegrityError)):
        batches.insert(Event, [event(properties={"depth": float("nan")})])


def test_an_update_looks_only_where_it_is_told(db):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    batches.insert(EventKey, [EventKey(uuid=UUID(int=n), occurred_at=at + timedelta(days=n)) for n in range(3)])
    rows = [{"uuid": UUID(int=n), "occurred_at": at} for n in range(3)]
    between = ("occurred_at", at + timedelta(days=1), at + timedelta(days=1))
    assert batches.update(EventKey, rows, key="uuid", fields=["occurred_at"], between=between) == 1
