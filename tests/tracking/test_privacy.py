"""What is recorded of whom: by mode, country, signal and answer; and what a no takes back."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.test import RequestFactory

from cms import clock
from tests.tracking.calling import BROWSER
from tracking import consent, draft, forgetting, inbox, links, modes, pipeline, privacy, rows, seen, tokens, wordings
from tracking.models import ConsentEvent, Draft, DropCount, Event, LastOpen, Pending, Visitor

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
GERMAN, AMERICAN, NOBODYS = "5.9.0.1", "8.8.8.8", "192.0.2.1"


@pytest.fixture(autouse=True)
def fresh():
    modes.forget()
    seen._facts.cache_clear()
    yield
    modes.forget()
    seen._facts.cache_clear()


def asked(address=NOBODYS, **headers):
    found = {name.encode(): value.encode() for name, value in (BROWSER | headers).items()}
    return seen.of_asgi({"method": "GET", "client": (address, 1)}, found, "script")


def store(looked, **event):
    """The event of a page, as the collector and the pipeline make it; None when it was dropped."""
    uuid = uuid4()
    data = {"uuid": str(uuid), "kind": "page_viewed", "url": "/a/", "visitor": str(uuid4())} | event
    inbox.submit([rows.draft(row) for row in [draft._row(data, looked, clock.now(), "the event")]])
    pipeline.run_batch()
    return Event.objects.filter(uuid=uuid).first()


def mailed_link():
    return links.tracked_url("https://x.example/", uuid4(), links=3).rpartition("/")[2]


@pytest.mark.parametrize(
    ("mode", "is_kept", "knows_browser", "knows_link"),
    [
        ("off", False, False, False),
        ("aggregate", True, False, False),
        ("deliverability", True, False, False),
        ("consented", True, True, True),
    ],
)
def test_mode_says_what_is_kept_of_a_reader(settings, mode, is_kept, knows_browser, knows_link):
    settings.TRACKING_CONSENT = {"*": mode}
    event = store(asked(), link=mailed_link())
    assert (event is not None) == is_kept
    if event:
        assert (event.visitor_id is not None, event.link_ref is not None) == (knows_browser, knows_link)
    assert DropCount.objects.filter(reason="not_wanted").exists() == (not is_kept)


def test_mode_depends_on_the_country_and_unknown_is_the_strictest(settings):
    settings.TRACKING_CONSENT = {"*": "consented", "DE": "aggregate", "FR": "off"}
    assert store(asked(GERMAN)).visitor_id is None
    assert store(asked(AMERICAN)).visitor_id is not None
    assert store(asked(NOBODYS)) is None
    settings.COUNTRY_HEADER = "cf-ipcountry"
    modes.forget()
    assert store(asked(GERMAN, **{"cf-ipcountry": "US"})).visitor_id is not None
    assert store(asked(AMERICAN, **{"cf-ipcountry": "XX"})) is None
    assert store(asked(AMERICAN)) is None  # the header is not there: not asked otherwise


def test_without_a_file_of_countries_the_strictest_mode_holds(settings, tmp_path):
    settings.TRACKING_CONSENT = {"*": "consented", "DE": "off"}
    settings.COUNTRIES_FILE = str(tmp_path / "none.mmdb")
    modes.forget()
    request = RequestFactory().get("/", REMOTE_ADDR=AMERICAN)
    assert modes.of_django(request) == "off"


@pytest.mark.parametrize("signal", ["sec-gpc", "dnt"])
def test_browser_that_objects_is_not_told_apart(signal):
    assert store(asked(**{signal: "1"})).visitor_id is None


@pytest.mark.parametrize(("signal", "name"), [("sec-gpc", "gpc"), ("dnt", "dnt")])
def test_signal_stands_with_an_event_by_a_link_and_is_taken_from_no_other_place(signal, name):
    assert store(asked(**{signal: "1"}), link=mailed_link()).properties == {privacy.SIGNAL: name}
    assert store(asked(**{signal: "1"})).properties == {}
    forged = {"properties": {privacy.SIGNAL: "gpc", "seconds": 3}}
    assert store(asked(), link=mailed_link(), **forged).properties == {"seconds": 3}


def test_reader_who_is_logged_in_here_is_one_of_us():
    assert (store(asked(), staff=True).verdict, store(asked()).verdict) == ("internal", "human")


def answered(subject, purpose, yes):
    return consent.answer(subject, purpose, yes, source="banner", wording=wordings.version(purpose), proof={"a": "b"})


def test_yes_taken_back_works_backwards_and_from_then_on():
    key = uuid4()
    assert answered(key, wordings.SITE_PROFILE, True)
    before = store(asked(), visitor=str(key))
    assert before.visitor.key == key
    assert answered(key, wordings.SITE_PROFILE, False)
    assert not answered(key, wordings.SITE_PROFILE, False)  # said already: the log has one line
    assert store(asked(), visitor=str(key)).visitor_id is None  # a tab that does not know yet
    Pending.objects.filter(consumer="nurture").delete()
    while forgetting.forget_browsers():
        pass
    before.refresh_from_db()
    assert (before.visitor_id, before.session_id, Visitor.objects.filter(key=key).count()) == (None, None, 0)
    assert Pending.objects.get(consumer="nurture.verdicts").event_uuid == before.uuid
    log = ConsentEvent.objects.order_by("pk").values_list("subject", "purpose", "action", "source", "proof")
    assert list(log) == [
        (key, "site_profile", "given", "banner", {"a": "b"}),
        (key, "site_profile", "withdrawn", "banner", {"a": "b"}),
    ]
    assert set(ConsentEvent.objects.values_list("wording", flat=True)) == {wordings.version("site_profile")}


def opened(ref, subject, looked=None):
    token = links.open_url(ref, subject).partition("l=")[2]
    row = draft.from_query(f"k=mail_opened&l={token}".encode(), looked or asked())
    inbox.submit([rows.draft(row)])
    pipeline.run_batch()
    return Event.objects.filter(uuid=UUID(row.uuid)).first()


def test_opening_a_mail_is_seen_with_a_yes_and_silenced_by_a_no():
    ref, subject = uuid4(), uuid4()
    assert opened(ref, subject) is None
    answered(subject, wordings.OPEN_TRACKING, True)
    assert opened(ref, subject).link_ref == ref
    answered(subject, wordings.OPEN_TRACKING, False)
    assert opened(ref, subject) is None
    assert DropCount.objects.get(reason="no_consent").count == 2


def test_deliverability_keeps_the_day_of_the_last_opening_and_no_more(settings, monkeypatch):
    settings.TRACKING_CONSENT = {"*": "deliverability"}
    ref, subject, now = uuid4(), uuid4(), clock.now()
    assert opened(ref, subject) is None
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=2))
    opened(ref, subject)
    later = (now + timedelta(days=2)).date()
    assert list(LastOpen.objects.values_list("link_ref", "opened_on")) == [(ref, later)]
    answered(subject, wordings.OPEN_TRACKING, False)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=5))
    opened(ref, subject)
    assert LastOpen.objects.get().opened_on == later != date.min
    assert Event.objects.count() == 0


def test_link_token_is_no_open_token():
    token = mailed_link()
    with pytest.raises(draft.Malformed):
        draft.from_query(f"k=mail_opened&l={token}".encode(), asked())
    assert tokens.read("link", token)["n"] == 3


def test_number_of_queries_is_the_same_for_one_reader_and_for_fifty(django_assert_max_num_queries):
    def count(number):
        inbox.submit(
            [
                Draft(
                    uuid=uuid4(), kind="page_viewed", source="script", occurred_at=clock.now(), received_at=clock.now(),
                    payload={"visitor": str(uuid4())}, facts={"mode": "consented"},
                )
                for _ in range(number)
            ]
        )  # fmt: skip
        with django_assert_max_num_queries(60) as queries:
            pipeline.run_batch()
        return len(queries)

    count(1)
    assert count(1) == count(50)


def test_words_of_a_search_are_not_told_by_the_image_for_browsers_without_scripts(client):
    page = client.get("/search/?q=Ada+Lovelace").content.decode()
    image = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert 'referrerpolicy="no-referrer"' in image
    assert "u=http%3A%2F%2F" in image
    assert "Ada" not in image
