"""Each step by what it puts on the event."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from wagtail.models import Site

from cms.models import AssetPage, Campaign, HomePage
from tracking import inbox, pipeline
from tracking.models import Draft, Event, Session, Visitor

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"


def store(*payloads, source="script", ua=FIREFOX, minutes=None, **facts):
    """The events of these payloads, in their order; `minutes` after AT, one each."""
    uuids = [uuid4() for _ in payloads]
    times = [AT + timedelta(minutes=minute) for minute in minutes or [0] * len(payloads)]
    inbox.submit(
        [
            Draft(
                uuid=uuid,
                kind="page_viewed",
                source=source,
                occurred_at=at,
                received_at=AT,
                payload=payload,
                facts={"ua": ua} | facts,
            )
            for uuid, payload, at in zip(uuids, payloads, times, strict=True)
        ]
    )
    pipeline.run_batch()
    found = {event.uuid: event for event in Event.objects.filter(uuid__in=uuids)}
    return [found[uuid] for uuid in uuids]


@pytest.fixture
def piece():
    home = HomePage.objects.first()
    assert home.url_path == Site.objects.get(is_default_site=True).root_page.url_path
    return home.add_child(instance=AssetPage(title="Füße", slug="füße"))


@pytest.mark.parametrize(
    ("url", "source", "is_found"),
    [
        ("http://127.0.0.1:8000/füße/", "script", True),
        ("http://127.0.0.1:8000/f%C3%BC%C3%9Fe", "script", True),
        ("https://another.name/füße/?a=b#c", "script", True),
        ("/füße/", "pixel", True),
        ("http://127.0.0.1:8000/füße/", "link", True),
        ("https://elsewhere.example/füße/", "link", False),
        ("http://127.0.0.1:8000/füße/more/", "script", False),
        ("http://[", "script", False),
        ("/%00/", "script", False),
        ("", "script", False),
    ],
)
def test_piece_is_found_by_the_path_of_our_own_address(piece, url, source, is_found):
    assert store({"url": url}, source=source)[0].asset_id == (piece.pk if is_found else None)


def test_visitor_is_made_once_and_its_span_widened():
    key = uuid4()
    payload = {"visitor": str(key)}
    first, second, other, nobody = store(payload, payload, {"visitor": str(uuid4())}, {}, minutes=[5, 1, 1, 1])
    assert first.visitor_id == second.visitor_id != other.visitor_id
    assert nobody.visitor_id is None
    store(payload, minutes=[90])
    visitor = Visitor.objects.get(key=key)
    assert (visitor.first_seen_at, visitor.last_seen_at) == (AT + timedelta(minutes=1), AT + timedelta(minutes=90))


def test_visit_ends_after_thirty_minutes_without_an_event():
    payload = {"visitor": str(uuid4())}
    events = store(*[payload] * 4, minutes=[0, 29, 58, 89])
    assert [event.session_id == events[0].session_id for event in events] == [True, True, True, False]
    late = store(payload, payload, minutes=[40, -20])
    assert [event.session_id for event in late] == [events[0].session_id] * 2
    spans = list(Session.objects.order_by("started_at").values_list("started_at", "last_at"))
    assert spans == [
        (AT - timedelta(minutes=20), AT + timedelta(minutes=58)),
        (AT + timedelta(minutes=89), AT + timedelta(minutes=89)),
    ]


def test_visits_of_two_visitors_are_two():
    events = store({"visitor": str(uuid4())}, {"visitor": str(uuid4())}, {})
    assert (len({event.session_id for event in events}), events[2].session_id) == (3, None)


def test_utm_and_campaign_come_from_the_address():
    campaign = Campaign.objects.create(name="Spring", objective="x", utm_campaign="spring")
    known, unknown = store(
        {"url": "/a/?utm_source=mail&utm_campaign=spring&b=c"}, {"url": "/a/?utm_campaign=autumn&utm_x%00=%00"}
    )
    assert (known.utm, known.campaign_id) == ({"source": "mail", "campaign": "spring"}, campaign.pk)
    assert (unknown.utm, unknown.campaign_id) == ({"campaign": "autumn", "x": ""}, None)


def test_link_title_and_properties_are_kept():
    ref = uuid4()
    event = store({"link": ref.hex, "title": "T", "referrer": "https://r/", "properties": {"a": 1}})[0]
    assert (event.link_ref, event.properties, event.referrer) == (ref, {"a": 1, "title": "T"}, "https://r/")


@pytest.mark.parametrize(
    ("ua", "device"),
    [
        (FIREFOX, "desktop"),
        (PHONE, "phone"),
        ("Mozilla/5.0 (Linux; Android 15; SM-X200) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "tablet"),
        ("Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "phone"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1", "tablet"),
        ("", ""),
    ],
)
def test_device_is_told_by_the_user_agent(ua, device):
    assert store({}, ua=ua)[0].device == device


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({}, []),
        ({"ua": PHONE}, []),
        ({"ua": ""}, ["no_user_agent"]),
        (
            {"ua": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
            ["crawler", "declared", "contact_given", "odd_agent", "vague_agent"],
        ),
        ({"ua": FIREFOX.replace("Firefox", "HeadlessChrome")}, ["listed", "headless"]),
        ({"ua": "curl/8.0"}, ["crawler", "scripted", "no_device"]),
        ({"method": "HEAD"}, ["head_request"]),
        ({"purpose": "prefetch;prerender"}, ["prefetch"]),
        ({"purpose": "Preview", "method": "HEAD"}, ["head_request", "prefetch"]),
        ({"signs": "no_language odd_headers datacentre"}, ["no_language", "odd_headers", "datacentre"]),
    ],
)
def test_robot_is_judged_with_reasons(facts, reasons):
    event = store({}, **facts)[0]
    assert (event.verdict, event.reasons) == ("robot" if reasons else "human", reasons)


def test_one_weak_sign_is_kept_and_makes_no_robot():
    event = store({}, signs="no_language")[0]
    assert (event.verdict, event.reasons) == ("human", ["no_language"])


def test_our_own_office_is_kept_and_never_counted():
    assert store({}, signs="office")[0].verdict == "internal"
    assert store({}, signs="office", ua="curl/8.0")[0].verdict == "robot"


def test_history_of_a_server_is_of_people_and_its_client_is_no_evidence():
    event = store({}, source="server", ua="python-httpx/0.28", scope="history")[0]
    assert (event.verdict, event.reasons, event.device) == ("human", [], "")
    assert store({}, source="server", ua="")[0].verdict == "robot"
