"""One-click unsubscribe as RFC 8058 wants it: only POST performs, before it answers, database or not."""

from uuid import UUID

import pytest
from django.db import OperationalError

from tests.tracking.calling import call, get, path_of
from tracking import consent, links, spool, tokens
from tracking.models import ConsentEvent, Suppression

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("own_writer"),
]
SUBJECT = UUID(int=7)
ONE_CLICK = {"data": {"List-Unsubscribe": "One-Click"}}


@pytest.fixture
def hmac():
    return consent.address_hmac("Ada@Lede.Example")


@pytest.fixture
def path(hmac):
    return path_of(links.unsubscribe_url(hmac, SUBJECT))


def post(path, **options):
    return call(("POST", path, options or ONE_CLICK))[0]


def test_get_head_and_options_change_nothing_however_often(path):
    answers = call(*[(method, path, {}) for method in ("GET", "HEAD", "OPTIONS") for _ in range(3)])
    assert [answer.status_code for answer in answers] == [200] * 6 + [405] * 3
    assert 'name="List-Unsubscribe" value="One-Click"' in answers[0].text
    assert (Suppression.objects.count(), ConsentEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize("body", [ONE_CLICK, {"files": {"List-Unsubscribe": (None, "One-Click")}}])
def test_post_suppresses_marketing_before_it_answers(path, hmac, body):
    answer = post(path, **body)
    assert answer.status_code == 200
    assert {"location", "set-cookie"} & answer.headers.keys() == set()
    assert consent.suppressed([hmac]) == {hmac: {"stream"}}
    said = ConsentEvent.objects.get()
    assert (said.subject, said.action, said.source, said.purpose) == (SUBJECT, "withdrawn", "one_click", "email")


def test_ten_posts_are_one_unsubscribe(path):
    assert {answer.status_code for answer in call(*[("POST", path, ONE_CLICK)] * 10)} == {200}
    assert (Suppression.objects.count(), ConsentEvent.objects.count()) == (1, 1)


@pytest.mark.parametrize("body", [{"data": {"a": "b"}}, {"content": b""}, {"data": {"List-Unsubscribe": "no"}}])
def test_post_without_the_words_is_refused_and_changes_nothing(path, body):
    answer = post(path, **body)
    assert (answer.status_code, answer.json()["error"]["what"]) == (400, "body")
    assert Suppression.objects.count() == 0


@pytest.mark.parametrize("token", ["nonsense", "v1.test.e30.AAAA", "v1..", ""])
def test_malformed_and_unknown_tokens_answer_alike(token):
    answers = [get(f"/t/u/{token}"), post(f"/t/u/{token}"), get("/t/u/other")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.content for answer in answers}) == 1


def test_token_for_a_link_does_not_unsubscribe():
    assert post(f"/t/u/{tokens.sign('link', {'h': 'a' * 64, 's': ''})}").status_code == 404


def test_token_works_after_its_key_was_rotated(path, settings):
    settings.TRACKING_KEYS = {"next": b"n" * 32, **settings.TRACKING_KEYS}
    assert post(path).status_code == 200


def test_database_away_keeps_it_on_disk_and_mail_waits_for_it(path, hmac, monkeypatch):
    def away(*_, **__):
        raise OperationalError("no such host")

    with monkeypatch.context() as patch:
        patch.setattr(consent, "suppress", away)
        assert post(path).status_code == 200
        assert post(path).status_code == 200
        assert spool.unsubscribes_waiting()
        with pytest.raises(OperationalError):
            spool.replay()
    assert (spool.unsubscribes_waiting(), Suppression.objects.count()) == (True, 0)
    assert spool.replay() == 2
    assert (spool.unsubscribes_waiting(), consent.suppressed([hmac])) == (False, {hmac: {"stream"}})
    assert ConsentEvent.objects.count() == 1


def test_database_and_disk_away_is_said_honestly(path, monkeypatch, settings):
    def away(*_, **__):
        raise OperationalError("no such host")

    monkeypatch.setattr(consent, "suppress", away)
    (settings.VAR_DIR / "spool").write_text("in the way of the folder, as a full disk is")
    answer = post(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_unreadable_unsubscribe_stops_marketing_until_a_person_looked():
    (spool.folder(spool.SUPPRESSIONS) / "1.json").write_text("{")
    assert (spool.replay(), spool.unsubscribes_waiting(), len(spool.unreadable())) == (0, True, 1)
