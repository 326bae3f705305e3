import uuid
from datetime import timedelta

import pytest

from cms import clock
from nurture.contacts import facts, happenings, timeline
from nurture.contacts import stages as verbs
from nurture.contacts.models import Engagement, Identity
from tracking import consent
from tracking.models import Visitor

pytestmark = pytest.mark.db


def texts(contact, cursor=""):
    return [entry.text for entry in timeline.read(contact, cursor).entries]


def test_sources_merge_by_time_newest_first(contact, make_asset, read, stages):
    piece = make_asset("How cold is cold")
    read(contact, piece, hours=30)
    read(contact, piece, hours=1, kind="asset_rated", properties={"value": 1})
    verbs.move(contact, stages[1], reason="Asked", at=clock.now() - timedelta(hours=3))
    consent.suppress(consent.address_hmac(contact.email), "unsubscribed", source="one_click")

    assert [text for text in texts(contact) if text != "Added to the contacts"] == [
        "Withdrew consent to marketing mail",
        "Rated ‘How cold is cold’ useful",
        "Moved from Looking to Comparing",
        "Read ‘How cold is cold’ to the end, 3 min",
    ]


def test_comment_and_poll_answer_stand_on_the_timeline(contact, make_asset, read):
    piece = make_asset("How cold is cold")
    read(contact, piece, hours=3, kind="comment_posted", properties={"comment": 7})
    read(contact, piece, hours=2, kind="poll_answered", properties={"question": "Why now?", "option": "A claim"})
    assert texts(contact)[-2:] == ["Asked ‘Why now?’, answered ‘A claim’", "Commented on ‘How cold is cold’"]


def test_what_was_done_in_another_program_has_its_name(contact, make_asset, read):
    read(contact, make_asset("x"), kind="action_taken", properties={"event": "Trial started"})
    assert texts(contact)[-1] == "Did ‘Trial started’ in another program"


def test_reading_by_mail_link_says_what_it_proves(contact, make_asset, read):
    read(contact, make_asset("How cold is cold"), by_mail_link=True)
    notes = {entry.note for entry in timeline.read(contact).entries if entry.source == "engagement"}
    assert notes == {"By the link mailed to ines@example.com: proves the mailbox, not the person."}


def test_steps_of_one_visit_are_one_line(contact, make_asset, read):
    piece = make_asset("How cold is cold")
    at = clock.now() - timedelta(hours=2)
    for minutes, kind in ((0, "link_followed"), (1, "page_viewed"), (4, "asset_read")):
        read(contact, piece, kind=kind, occurred_at=at + timedelta(minutes=minutes))
    read(contact, piece, kind="page_viewed", hours=20)

    found = [entry.text for entry in timeline.read(contact).entries if entry.source == "engagement"]
    assert found == ["Read ‘How cold is cold’ to the end, 3 min", "Opened ‘How cold is cold’"]


def test_robots_are_counted_and_not_shown(contact, make_asset, read):
    read(contact, make_asset("How cold is cold"), human=False)
    assert texts(contact) == ["Added to the contacts"]
    assert happenings.robots(contact) == 1


def test_fact_names_what_a_key_stands_for_and_who_changed_it(contact, owner):
    owner.first_name, owner.last_name = "Jo", "Lindqvist"
    owner.save()
    facts.change(contact, {"account": None}, f"admin:{owner.pk}")
    entry = next(entry for entry in timeline.read(contact).entries if entry.source == "fact")
    assert (entry.text, entry.note) == ("Account removed, was ‘Example Co’", "By Jo Lindqvist")


def test_browser_taken_back_says_so(contact):
    now = clock.now()
    visitor = Visitor.objects.create(key=uuid.uuid4(), first_seen_at=now, last_seen_at=now)
    Identity.objects.create(
        contact=contact, visitor=visitor, kind="form", evidence="newsletter", created_at=now, revoked_at=now
    )
    entry = next(entry for entry in timeline.read(contact).entries if entry.source == "identity")
    assert (entry.text, entry.note) == ("Recognised in a browser: filled in a form", "Taken back since.")


def test_pages_hold_every_entry_once_even_at_one_moment(contact, make_asset, read, stages):
    piece, at = make_asset("How cold is cold"), clock.now()
    for _ in range(45):
        read(contact, piece, occurred_at=at)
    for number in range(4):
        verbs.move(contact, stages[number % 2 + 1], reason=str(number), at=at)

    seen, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        stream = timeline.read(contact, cursor)
        seen += [entry.key for entry in stream.entries]
        cursor, pages = stream.older, pages + 1
    assert (len(seen), len(set(seen)), pages) == (50, 50, 3)
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    "cursor",
    ["x", "2026-01-01~stage~1", "2026-01-01T00:00:00+00:00~nobody~1", "~~", "0001-01-01T00:00:00+14:00~stage~1"],
)
def test_foreign_cursor_is_refused(contact, cursor):
    with pytest.raises(timeline.BadCursor):
        timeline.read(contact, cursor)


def test_source_cannot_be_registered_twice():
    with pytest.raises(ValueError, match="'engagement' is registered twice"):
        timeline.source("engagement")(lambda contact, window: [])


def test_broken_properties_of_a_browser_do_no_harm(contact, make_asset, read):
    piece = make_asset("How cold is cold")
    read(contact, piece, properties={"seconds": "long", "depth": None})
    read(contact, piece, kind="site_searched", properties={"words": "frost", "results": 0}, hours=3)
    Engagement.objects.create(
        contact=contact, event_uuid=uuid.uuid4(), kind="something_new", occurred_at=clock.now() - timedelta(hours=9)
    )
    assert [entry.text for entry in timeline.read(contact).entries if entry.source == "engagement"] == [
        "Read ‘How cold is cold’",
        "Searched the site for ‘frost’",
        "Something new",
    ]
