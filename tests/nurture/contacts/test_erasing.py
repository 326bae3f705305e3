"""A person is forgotten: no table says who it was, no figure changes, and nobody mails them again."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.urls import reverse
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from cms import clock, policy
from cms.feedback import readers
from cms.feedback.models import Comment, Rating, RatingNote
from cms.gates.models import Gate, GateSubmission
from cms.models import AnswerSet, Question, Survey
from nurture import erasing, pipeline
from nurture.contacts import facts, identities, offline, stages
from nurture.contacts.models import Contact, Engagement, Identity, MergeProposal
from nurture.mail import queries as mail_queries
from nurture.mail.models import Delivery, DeliveryAttempt
from nurture.sales.models import Alert, Share
from nurture.subscriptions.models import Subscription
from tests import ledger
from tracking import accounts, consent, rollups, segment, wordings
from tracking import erasing as ledger_erasing
from tracking.models import ConsentEvent, Event, Hearing, HeldDraft, LastOpen, Suppression, Visitor

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
CANARY = "Zzyzx"  # in all that could name them
KEY = UUID(int=77)


@pytest.fixture
def person(make_contact, make_asset, marketer, stages):
    """Somebody of whom there is something everywhere."""
    now = clock.now()
    contact = make_contact("zzyzx", first_name=CANARY, phone="+1 555", created_at=now)
    facts.change(contact, {"job_title": f"Head of {CANARY}"}, "form")
    log(instance=contact, action="nurture.contact_changed", user=marketer, data={"fields": [CANARY]})
    stages_of(contact, stages, marketer)
    visitor = Visitor.objects.create(key=KEY, first_seen_at=now - timedelta(hours=3), last_seen_at=now)
    edge = identities.tie(contact, visitor, "form", f"{CANARY} sent the form")
    said = {"kind": "claim", "evidence": f"key {CANARY}", "visit_id": 7, "created_at": now}
    Identity.every.create(contact=contact, visitor=visitor, **said)
    asset = make_asset("How cold")
    mail = Delivery.objects.create(
        contact=contact, occasion="tx:1", lane="marketing", address=contact.email, asset=asset, not_before=now,
        address_hmac=consent.address_hmac(contact.email), subject=f"For {CANARY}", values={"name": CANARY},
        raw=CANARY.encode(), created_at=now, last_error=f"550 {contact.email}",
    )  # fmt: skip
    DeliveryAttempt.objects.create(delivery=mail, fence=1, started_at=now, phase="rcpt", text=f"550 {contact.email}")
    said = {"kind": "asset_read", "received_at": now, "source": "script", "visitor": visitor, "asset_id": asset.pk}
    ledger.store(
        Event(uuid=uuid4(), occurred_at=now - timedelta(hours=1), properties={"seconds": 90, "name": CANARY},
              url=f"https://x.example/a/?mail={CANARY}", referrer=f"https://{CANARY}.example/", **said),
        Event(uuid=uuid4(), occurred_at=now, link_ref=mail.ref, **said),
    )  # fmt: skip
    rollups.mark_stale([(asset.pk, now.date()), (asset.pk, (now - timedelta(hours=1)).date())])
    identities.queue_again(identities.told_by(edge))
    offline.tell(contact, "call_made", now, "staff", uuid4(), about=CANARY, note=f"{CANARY} wants a trial")
    alert = Alert.objects.create(
        contact=contact, owner_because="", occasion="x", cause_uuid=uuid4(), caused_at=now, created_at=now,
        reason=f"{CANARY} read", opener=f"Dear {CANARY}",
    )  # fmt: skip
    alert.outcomes.create(outcome="accepted", reason=f"Met {CANARY}", at=now)
    Share.objects.create(contact=contact, asset=asset, asset_title="x", way="copied", note=CANARY, created_at=now)
    Comment.objects.create(
        asset=asset, state="published", name=CANARY, email=contact.email, text="Good.", key=uuid4(), posted_at=now
    )
    said_of(asset, contact, now)
    commented(asset, contact, now)
    MergeProposal.objects.create(
        event_uuid=uuid4(), user=f"{CANARY}-7", previous="b", user_key=KEY, previous_user_key=uuid4(),
        previous_browser_key=uuid4(), by_page=False, said_at=now, state="declined",
    )  # fmt: skip
    GateSubmission.objects.create(
        gate=Gate.objects.create(name="Papers"), asset=asset, asset_title="x", state="taken", email=contact.email,
        subject=contact.subject, visitor=KEY, posted_at=now,
        answers=[{"question": 1, "label": "Name", "fills": "", "value": CANARY}],
    )  # fmt: skip
    Subscription.objects.create(contact=contact, state="live", email=contact.email, asked_at=now)
    pipeline.react()
    while rollups.refresh(hurry=True):
        pass
    return contact


def said_of(asset, contact, now):
    """Notes with ratings, and a survey answered in their browser, in their own words."""
    for key in ("r", readers.key_of_subject(contact.subject), readers.key_of_visitor(KEY), "somebody else's"):
        rating = Rating.objects.create(asset=asset, reader_key=key, value=1, rated_at=now)
        text = f"I am {CANARY}" if key != "somebody else's" else "Mine"
        email = contact.email if key == "r" else "other@x.example"
        RatingNote.objects.create(rating=rating, text=text, email=email, reasons=["clear"], noted_at=now)
    survey = Survey.objects.create(title="Who", slug="who", intro="x", purpose="x", consent_wording="x")
    question = Question(survey=survey, label="Why?", field_type="multiline")
    question.save()
    answers = AnswerSet.objects.create(survey=survey, reader_key=readers.key_of_visitor(KEY), answered_at=now)
    answers.answers.create(question=question, text=f"{CANARY} asks")


def commented(asset, contact, now):
    """Comments that do not say their address: one from long ago, one under another address in their browser."""
    said = {"asset": asset, "name": CANARY, "text": "Good.", "posted_at": now}
    old = Comment.objects.create(state="published", key=uuid4(), **said)
    Comment.objects.create(state="unconfirmed", key=uuid4(), email="second@x.example", visitor=KEY, **said)
    Engagement.objects.create(
        event_uuid=uuid4(), contact=contact, kind="comment_posted", occurred_at=now, properties={"comment": old.pk}
    )
    Comment.objects.create(state="published", key=uuid4(), **(said | {"name": "Somebody else"}))


def stages_of(contact, stages_, user):
    stages.move(contact, stages_[1], reason=f"{CANARY} said so", at=clock.now(), user=user)


def everything():
    """{table: its rows that hold the canary or the browser's key}, of all tables of ours and the audit log."""
    found = {}
    for model in [*apps.get_models(), ModelLogEntry]:
        if model._meta.app_label not in ("cms", "tracking", "nurture", "editorial", "wagtailcore"):
            continue
        for row in model._base_manager.values():
            text = repr(row).lower()
            if CANARY.lower() in text or str(KEY) in text:
                found.setdefault(model.__name__, []).append(row)
    return found


def test_nothing_says_any_more_who_it_was_and_no_figure_changes(client, admin, person):
    assert len(everything()) > 10
    hmac, asset = consent.address_hmac(person.email), Event.objects.filter(asset__isnull=False)[0].asset_id
    figures, events, read = rollups.figures([asset]), Event.objects.count(), Engagement.objects.count()
    ref, balance = Delivery.objects.get().ref, accounts.balance()
    LastOpen.objects.create(link_ref=ref, opened_on=clock.now().date())
    Hearing.objects.create(event_uuid=uuid4(), link_ref=ref, occurred_at=clock.now(), due_at=clock.now())
    client.force_login(admin)
    place = reverse("nurture:contact_erase", args=[person.pk])
    assert client.post(place, {"address": "other@example.com"}).status_code == 422
    assert client.post(place, {"address": "ZZYZX@example.com"}).url == reverse("nurture:contacts")
    assert everything() == {}
    rollups.rebuild()
    while rollups.refresh(hurry=True):
        pass
    assert (rollups.figures([asset]), Event.objects.count(), Engagement.objects.count()) == (figures, events, read)
    assert Event.objects.filter(properties__seconds=90).exists()
    assert accounts.balance() == balance
    assert Suppression.objects.get(address_hmac=hmac).scope == "global"
    assert ConsentEvent.objects.filter(address_hmac=hmac, source="erasure").exists()
    assert Delivery.objects.get().state == "cancelled"
    notes = RatingNote.objects.order_by("pk").values_list("text", "email", "reasons")
    assert list(notes) == [("", "", ["clear"])] * 3 + [("Mine", "other@x.example", ["clear"])]
    assert mail_queries.contacts_by_ref({ref}) == {}
    assert not LastOpen.objects.exists()
    assert not Hearing.objects.filter(link_ref=ref).exists()
    assert client.get(reverse("nurture:contact", args=[person.pk])).status_code == 404
    assert ModelLogEntry.objects.filter(action="nurture.contact_erased", user=admin).exists()


def test_an_erasure_that_was_interrupted_is_asked_for_again_and_leaves_nothing(admin, person, monkeypatch):
    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("nurture.erasing._clear", die)
        with pytest.raises(KeyboardInterrupt):
            erasing.erase(person, admin)
    assert "RatingNote" in everything()
    erasing.erase(person, admin)
    assert everything() == {}
    assert set(Comment.objects.values_list("name", flat=True)) == {"–", "Somebody else"}


def test_what_the_browser_does_while_it_is_forgotten_is_forgotten_too(admin, person, monkeypatch):
    scrub, said = ledger_erasing.scrub, {"kind": "page_viewed", "source": "script", "referrer": f"//{CANARY}/"}

    def and_meanwhile(*args):
        scrub(*args)
        now, visitor = clock.now(), Visitor.objects.get(key=KEY)
        Visitor.objects.filter(pk=visitor.pk).update(last_seen_at=now)
        ledger.store(Event(uuid=uuid4(), occurred_at=now, received_at=now, visitor=visitor, **said))

    monkeypatch.setattr("tracking.erasing.scrub", and_meanwhile)
    erasing.erase(person, admin)
    assert everything() == {}


def test_the_browser_is_a_stranger_and_the_address_may_come_again(client, admin, person):
    client.force_login(admin)
    client.post(reverse("nurture:contact_erase", args=[person.pk]), {"address": person.email})
    assert not Visitor.objects.filter(key=KEY).exists()
    assert identities.owners(Visitor.objects.values_list("pk", flat=True)) == {}
    again = Contact.objects.create(email="zzyzx@example.com")
    assert again.subject != person.subject


def test_all_that_is_kept_is_handed_out_and_that_is_written_down(client, admin, person):
    client.force_login(admin)
    answer = client.post(reverse("nurture:contact_export", args=[person.pk]))
    told = json.loads(answer.content)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert told["contact"]["first_name"] == CANARY
    assert [event["kind"] for event in told["events"]] == ["asset_read", "asset_read", "call_made"]
    assert [note["text"] for note in told["notes_with_ratings"]] == [f"I am {CANARY}"] * 3
    filled = {name for name, value in told.items() if value}
    assert filled == set(told) - {"consent", "suppression"}
    assert ModelLogEntry.objects.filter(action="nurture.contact_exported", user=admin).exists()
    assert client.get(reverse("nurture:contact_export", args=[person.pk])).status_code == 405


def test_a_browser_taken_back_is_neither_handed_out_nor_forgotten(admin, person, make_contact):
    identities.revoke(person.identities.get(visit_id=None))
    other, visitor = make_contact("other"), Visitor.objects.get(key=KEY)
    identities.tie(other, visitor, "form")
    told = erasing.export(person)
    assert [set(row) for row in told["browsers"]] == [{"kind", "evidence", "created_at", "revoked_at"}]
    assert [event["kind"] for event in told["events"]] == ["call_made"]
    erasing.erase(person, admin)
    assert identities.owners([visitor.pk]) == {visitor.pk: other.pk}
    assert Visitor.objects.get(pk=visitor.pk).key == KEY


def held(payload, kind="page_viewed", **fields):
    at = clock.now()
    fields = {"dead_at": at, "attempts": 3} | fields
    return HeldDraft.objects.create(
        uuid=uuid4(), kind=kind, source="server", occurred_at=at, received_at=at, payload=payload, **fields
    )


def test_events_that_nobody_could_take_over_do_not_bring_them_back(admin, person):
    key = UUID(segment.user_key("crm-7"))
    identities.identify(person, key, "api", "identify")
    named = [
        {"visitor": str(KEY)},
        {"visitor": str(uuid4()), "properties": {"visitors": [str(uuid4()), str(key)]}},
        {"properties": {"traits": {"email": " ZZYZX@Example.com "}}},
        {"properties": {"user": "crm-7", "previous": "other"}},
        {"properties": {"user": "other", "previous": str(KEY)}},
        {"link": uuid4().hex, "subject": person.subject.hex},
        {"url": "https://x.example/?mail=zzyzx%40example.com&a=1"},
    ]
    others = [
        held({"visitor": str(uuid4()), "properties": {"traits": {"email": "not.zzyzx@example.com"}}}),
        held({"properties": {"traits": {"email": "zzyzx@example.com.au"}, "user": "crm-8", "previous": "x"}}),
        held({"why": "type in message 1: none of identify"}, kind="malformed"),
        held({"visitor": str(KEY)}, dead_at=None),  # on its way: taken over in a moment, as what came before
    ]
    for payload in named:
        held(payload)
    before = accounts.balance()
    erasing.erase(person, admin)
    assert list(HeldDraft.objects.order_by("pk")) == others
    after = accounts.balance()
    assert (after.dropped - before.dropped, before.inbox - after.inbox) == (len(named), len(named))
    assert (after.total, after.holds) == (before.total, before.holds)


def test_administrator_sees_what_they_had_allowed_at_a_moment(client, admin, person):
    client.force_login(admin)
    consent.answer(person.subject, wordings.CLICK_PROFILE, False, source="preference_page", wording="", proof={})
    place = reverse("nurture:contact_erase", args=[person.pk])
    for at, not_allowed in (("2020-01-01T10:00", 1), ("2999-01-01T10:00", 2)):
        page = client.get(place, {"at": at}).content.decode()
        assert page.count("Not allowed") == not_allowed
    assert "Enter a valid date/time" in client.get(place, {"at": "yesterday"}).content.decode()
    assert "Not allowed" not in client.get(place).content.decode()


def test_only_administrators_do_either(client, make_user, marketer, owner, stranger, person):
    places = [reverse(f"nurture:contact_{name}", args=[person.pk]) for name in ("erase", "export")]
    for someone in (marketer, owner, stranger, make_user("imogen", policy.SALES_MANAGER)):
        client.force_login(someone)
        assert [client.post(place, {"address": person.email}).status_code for place in places] == [302, 302]
        assert "Export or forget" not in client.get(reverse("nurture:contact", args=[person.pk])).content.decode()
    person.refresh_from_db()
    assert person.erased_at is None
