"""Write keys: shown once, kept as a digest, rotated with grace, revoked; what comes under a dead one is counted."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock
from tests.tracking.calling import call
from tracking import accounts, keys, pipeline, tokens
from tracking.models import DropCount, Event, WriteKey

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("own_writer"),
]
LIST_QUERIES = 12


def command(*args):
    out = io.StringIO()
    call_command("write_key", *args, stdout=out)
    return out.getvalue().strip()


def send(key):
    event = {"uuid": str(uuid4()), "kind": "page_viewed"}
    answer = call(("POST", "/t/e", {"json": event, "headers": {"authorization": f"Bearer {key}"}}))[0]
    pipeline.run_batch()
    return answer.status_code


def test_key_is_printed_once_and_kept_as_a_digest():
    key = command("shop")
    stored = WriteKey.objects.get()
    assert (stored.scope, stored.tail, key in str(vars(stored))) == ("server", key[-4:], False)
    assert keys.read(key) == ("server", stored.digest)
    assert ModelLogEntry.objects.get().action == "tracking.write_key.make"
    assert send(key) == 202
    stored.refresh_from_db()
    assert stored.last_used_at is not None


def test_rotated_key_works_on_for_a_week(monkeypatch):
    old, new = command("shop"), command("shop")
    assert [send(old), send(new), Event.objects.count()] == [202, 202, 2]
    later = clock.now() + keys.GRACE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    send(old)
    send(new)
    assert (Event.objects.count(), DropCount.objects.get().reason) == (3, "key_revoked")
    assert accounts.balance().holds


def test_revoked_key_and_one_that_was_only_signed_store_nothing():
    key = command("shop")
    command("shop", "--revoke")
    send(key)
    send(tokens.sign("write", {"s": "history", "n": "of a leaked signing key"}))
    assert Event.objects.count() == 0
    assert set(DropCount.objects.values_list("reason", flat=True)) == {"key_revoked", "key_unknown"}
    with pytest.raises(CommandError, match="no key named 'shop'"):
        command("shop", "--revoke")


def test_browser_key_needs_an_origin_and_is_nothing_for_the_open_endpoint():
    with pytest.raises(CommandError, match="add --origin"):
        command("site", "--scope", "browser")
    with pytest.raises(CommandError, match="no web address"):
        command("site", "--scope", "browser", "--origin", "nonsense")
    key = command("site", "--scope", "browser", "--origin", "https://www.example.com/a")
    assert WriteKey.objects.get().origins == ["https://www.example.com"]
    assert send(key) == 401


def test_staff_make_copy_and_revoke_a_key(client, marketer):
    client.force_login(marketer)
    add, form = reverse("write_keys:add"), {"name": "shop", "scope": "browser", "origins": ""}
    assert "name the sites it is for" in client.post(add, form).content.decode()
    page = client.post(add, form | {"origins": "https://www.example.com/a"}, follow=True).content.decode()
    stored = WriteKey.objects.get()
    key = page.partition("<code>")[2].partition("</code>")[0]
    assert (keys.read(key).digest, stored.created_by) == (stored.digest, marketer)
    assert stored.origins == ["https://www.example.com"]
    assert key not in client.get(reverse("write_keys:index")).content.decode()
    client.post(reverse("write_keys:delete", args=[stored.pk]))
    stored.refresh_from_db()
    assert stored.revoked_at <= clock.now()
    made, revoked = ModelLogEntry.objects.filter(content_type__model="writekey").order_by("pk")
    assert (made.user, revoked.user, revoked.action) == (marketer, marketer, "tracking.write_key.revoke")


@pytest.mark.parametrize("who", ["editor", "owner", "stranger"])
def test_others_see_no_keys(client, request, who):
    client.force_login(request.getfixturevalue(who))
    for place in ("write_keys:index", "write_keys:add"):
        assert client.get(reverse(place)).status_code == 302


@pytest.mark.parametrize("number", [1, 3])
def test_number_of_queries_of_the_list_does_not_grow(client, marketer, number, django_assert_num_queries):
    for index in range(number):
        keys.make(f"key {index}", "server")
    client.force_login(marketer)
    client.get(reverse("write_keys:index"))
    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("write_keys:index"))
