"""Where a piece is used, from every app, and what colleagues tell each other about it."""

from uuid import uuid4

import pytest
from django.urls import reverse
from wagtail.models import PageLogEntry, ReferenceIndex

from cms import clock
from cms.models import AssetPage, Campaign, PieceNote
from cms.models.pages import Audience
from editorial.models import Entry
from nurture.contacts.models import Exposure
from nurture.mail import queue
from nurture.mail.models import EmailTemplate
from nurture.rules.models import Rule
from nurture.sales import shares
from tests.nurture.mail.conftest import MJML
from tracking.models import Link

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HEADINGS = [
    *("Derived from", "In other pieces", "Campaign", "Signal agreements", "Tracked links", "In the calendar"),
    *("Rules", "In mails", "Shared by"),
]


def page(client, user, piece):
    client.force_login(user)
    return client.get(reverse("piece-use", args=[piece.pk]))


def used(answer):
    return {part.heading: [(row.label, row.note) for row in part.rows] for part in answer.context["parts"]}


@pytest.fixture
def template(db):
    made = EmailTemplate(name="Next piece", slug="next", subject="For you", mjml=MJML)
    made.save()
    made.save_revision().publish()
    made.refresh_from_db()
    return made


@pytest.fixture
def make_uses(piece, make_asset, make_contact, owner, sign, template):
    """make_uses(n) -> n things of each kind that use the piece."""
    campaign = Campaign.objects.create(name="Hot week", objective="o", utm_campaign="hot-week")
    piece.derived_from, piece.campaign = make_asset("The study"), campaign
    piece.save()

    def make(number):
        for n in range(number):
            make_asset(f"Child {n}", derived_from=piece)
            link = f'<p><a linktype="page" id="{piece.pk}">it</a></p>'
            other = make_asset(f"Leads {n}", body=[{"type": "text", "value": link}])
            ReferenceIndex.create_or_update_for_object(other)
            sign([piece], name=f"Signal {n}")
            Link.objects.create(
                ref=uuid4(), label=f"Link {n}", asset=piece, destination="https://x.example", created_at=clock.now()
            )
            action = {"type": "send_mail", "value": {"template": template.pk, "piece": "page", "page": piece.pk}}
            rule = Rule(name=f"Rule {n}", why="w", actions=[action])
            rule.save()
            ReferenceIndex.create_or_update_for_object(rule)
            contact = make_contact(f"c{n}@brack.example")
            queue.enqueue(contact, template, occasion=f"rule:{n}", asset=piece)
            shares.share(piece, contact, owner, "copied", ref=uuid4())
            Exposure.objects.create(contact=contact, asset=piece, sent_at=clock.now(), by=f"subscription:{n}:1")

    return make


def test_page_shows_everything_that_uses_the_piece(client, marketer, piece, make_uses):
    make_uses(2)
    Entry.objects.create(title="Planned", page=piece, step=Entry.Step.PUBLISHED)
    found = used(page(client, marketer, piece))
    today = f"{clock.now().day} {clock.now():%B %Y}"
    assert list(found) == HEADINGS
    assert found["Derived from"] == [
        ("The study", "Article · it was made from this"),
        ("Child 1", "Article · made from it"),
        ("Child 0", "Article · made from it"),
    ]
    assert found["In other pieces"] == [("Leads 1", "Article"), ("Leads 0", "Article")]
    assert found["Campaign"] == [("Hot week", "")]
    assert [label for label, _state in found["Signal agreements"]] == ["Signal 0", "Signal 1"]
    assert [label for label, _channel in found["Tracked links"]] == ["Link 1", "Link 0"]
    assert found["In the calendar"] == [("Planned", "Published · no day yet")]
    assert [label for label, _note in found["Rules"]] == ["Rule 0", "Rule 1"]
    assert found["In mails"] == [
        ("Next piece", f"2 times, last on {today}"),
        ("New pieces by mail, to who subscribed", f"2 times, last on {today}"),
    ]
    assert found["Shared by"] == [("owner", f"2 times, last on {today}")]


def test_a_piece_that_nobody_uses_says_how_it_would_be(client, marketer, piece):
    answer = page(client, marketer, piece)
    assert set(map(len, used(answer).values())) == {0}
    assert "Nobody has shared it from the sales library yet." in answer.content.decode()
    assert "None yet: what may be re-used" in answer.content.decode()


def test_people_see_what_they_may_and_sales_no_draft(client, editor, owner, stranger, piece, make_asset):
    draft = make_asset("A draft", live=False, derived_from=piece)
    make_asset("A child", derived_from=piece)
    assert [label for label, _ in used(page(client, editor, piece))["Derived from"]] == ["A child", "A draft"]
    found = used(page(client, owner, piece))
    assert [label for label, _ in found["Derived from"]] == ["A child"]
    assert not {"Campaign", "Rules", "In mails", "Tracked links"} & set(found)
    assert page(client, owner, draft).status_code == 404
    assert page(client, stranger, piece).status_code == 302
    client.logout()
    assert client.get(reverse("piece-use", args=[piece.pk])).status_code == 302


@pytest.mark.parametrize("number", [1, 3])
def test_page_costs_the_same_with_one_use_of_each_kind_and_three(
    client, marketer, piece, make_uses, number, django_assert_num_queries
):
    make_uses(number)
    page(client, marketer, piece)
    address = reverse("piece-use", args=[piece.pk])
    with django_assert_num_queries(30):
        assert client.get(address).status_code == 200


def note(client, user, piece, text="May be cut into three."):
    client.force_login(user)
    return client.post(reverse("piece-note", args=[piece.pk]), {"text": text})


def test_note_is_a_row_so_no_draft_overwrites_it_and_nothing_is_published(client, owner, editor, piece):
    draft = AssetPage.objects.get(pk=piece.pk)
    draft.summary = "Not yet"
    older = draft.save_revision()
    assert note(client, owner, piece, " May be cut\ninto three. ").status_code == 302
    older.publish()
    answer = page(client, editor, piece)
    assert [(row.text, str(row.user)) for row, _ in answer.context["notes"]] == [("May be cut\ninto three.", "owner")]
    assert PageLogEntry.objects.filter(page=piece.pk, action="piece_note.written", user=owner).count() == 1


def test_note_is_seen_by_sales_with_the_piece_and_by_no_reader(client, owner, editor, piece):
    note(client, editor, piece, "Brackwaterish remark")
    client.force_login(owner)
    assert "Brackwaterish remark" in client.get(reverse("nurture:piece", args=[piece.pk])).content.decode()
    client.logout()
    for path in (piece.url, "/search/?q=brackwaterish", "/api/v1/assets", "/feed/"):
        assert "Brackwaterish remark" not in client.get(path).content.decode()


def test_own_note_is_removed_and_a_marketer_removes_any(client, owner, colleague, marketer, piece):
    note(client, owner, piece)
    one = PieceNote.objects.get()
    address = reverse("piece-unnote", args=[piece.pk, one.pk])
    client.force_login(colleague)
    assert client.post(address).status_code == 404
    client.force_login(owner)
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert PieceNote.objects.count() == 0
    note(client, owner, piece)
    client.force_login(marketer)
    assert client.post(reverse("piece-unnote", args=[piece.pk, PieceNote.objects.get().pk])).status_code == 302
    assert PageLogEntry.objects.filter(page=piece.pk, action="piece_note.removed").count() == 2


def test_empty_note_is_refused_in_words_and_an_analyst_writes_none(client, owner, make_user, piece):
    note(client, owner, piece, "  ")
    assert "Write a sentence first." in client.get(reverse("piece-use", args=[piece.pk])).content.decode()
    analyst = make_user("ana", "Analyst")
    assert note(client, analyst, piece).status_code == 302
    assert PieceNote.objects.count() == 0


def test_a_note_for_sales_only_has_its_notes_too(client, owner, make_asset):
    internal = make_asset("Only us", audience=Audience.SALES_ONLY)
    note(client, owner, internal, "Use with care")
    assert "Use with care" in client.get(reverse("nurture:piece", args=[internal.pk])).content.decode()
