"""A site with one of everything that a reader can come upon, and the address of each page, state by state."""

import io
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image

from cms import clock, ports
from cms.gates import links as gate_links
from cms.models import (
    AssetFile,
    AssetPage,
    Author,
    BuyingStage,
    Comment,
    Gate,
    GateQuestion,
    GateSubmission,
    HomePage,
    LibraryDocument,
    LibraryImage,
    Persona,
    Poll,
    PollAnswer,
    PollOption,
    Question,
    Rating,
    Survey,
    Topic,
)  # fmt: skip
from editorial.links import LASTS, digest
from editorial.models import Approval, Entry, Interview, InterviewQuestion, Quote
from nurture.contacts.models import Contact
from nurture.subscriptions.models import Subscription
from tracking import consent, tokens

BODY = [
    {
        "type": "text",
        "value": '<h2>Six places</h2><p>An <i>aside</i>, a <a href="/topics/">link</a>.</p><ul><li>A</li></ul>',
    },
    {"type": "quote", "value": {"text": "Nobody had lied.", "name": "A controller"}},
    {"type": "code", "value": "sum = 12870"},
    {
        "type": "table",
        "value": {
            "caption": "One case",
            "columns": [{"type": "text", "heading": "Item"}, {"type": "text", "heading": "Euro"}],
            "rows": [{"values": ["Product", "6,900"]}],
        },
    },
]


@dataclass(frozen=True)
class Shown:
    """One page as a reader meets it: by which route, at which address. It is the answer to a form where it has `data`,
    or `send`, which form of the page at that address is sent as it stands."""

    route: str
    path: str
    status: int = 200
    data: dict = field(default_factory=dict)
    send: str = ""


def fill() -> dict[str, Shown]:
    """Fill the installation; {name: page}. Every public route that answers with a page has one at least."""
    topic = Topic.objects.create(slug="claims", name="Claims", description="What warm loads cost.")
    Topic.objects.create(slug="silent", name="Silent")
    persona = Persona.objects.create(slug="it", name="IT lead")
    author = Author.objects.create(
        slug="ines", name="Ines Carrow", role="Quality", organisation="School of Trade", bio="Has sat on both sides."
    )
    author.topics.add(topic)
    pieces = [_piece(n, topic, persona, author) for n in range(23)]
    return {
        **_lists(topic, author, persona),
        **_piece_pages(pieces[0]),
        **_comments(pieces[0]),
        **_gates(pieces[1]),
        **_surveys(),
        **_mails(pieces[0]),
        **_approval(),
    }


def _piece(n, topic, persona, author):
    page = AssetPage(title=f"A warm hour {n}", slug=f"warm-{n}", summary="What it costs.", author=author, body=BODY)
    page.cover, page.personas = (_cover(n) if n < 3 else None), [persona]
    page.primary_stage = BuyingStage.objects.first()
    page.first_published_at = page.last_published_at = clock.now()
    HomePage.objects.get().add_child(instance=page)
    page.topics.set([topic])
    page.save()
    return page


def _cover(n):
    file = io.BytesIO()
    Image.new("RGB", (1600, 900), "#1d3b57").save(file, "PNG")
    return LibraryImage.objects.create(title=f"Cover {n}", file=ImageFile(file, name=f"cover-{n}.png"))


def _document(name):
    made = LibraryDocument(title=name, file=ContentFile(b"%PDF-1.4", name=name))
    made._set_document_file_metadata()
    made.save()
    return made


def _lists(topic, author, persona):
    stage = BuyingStage.objects.first()
    listing = "topics/<slug:slug>/"
    return {
        "home": Shown("wagtail", "/"),
        "not found": Shown("wagtail", "/nothing/", 404),
        "topics": Shown("topics/", "/topics/"),
        "topic": Shown(listing, f"/topics/{topic.slug}/"),
        "topic, older": Shown(listing, f"/topics/{topic.slug}/?before={clock.now().timestamp():.6f}-9"),
        "topic, empty": Shown(listing, "/topics/silent/"),
        "stage": Shown("stages/<slug:slug>/", f"/stages/{stage.slug}/"),
        "persona": Shown("for/<slug:slug>/", f"/for/{persona.slug}/"),
        "author": Shown("authors/<slug:slug>/", f"/authors/{author.slug}/"),
        "search": Shown("search/", "/search/?q=warm"),
        "search, narrowed": Shown("search/", f"/search/?q=warm&topic={topic.slug}&format=article"),
        "search, empty": Shown("search/", "/search/?q=zebra"),
        "your data": Shown("your-data/", "/your-data/"),
        "subscribe": Shown("subscribe/", "/subscribe/"),
        "subscribe, wrong": Shown("subscribe/", "/subscribe/", 422, send=".subscribe-own"),
        "subscribe, sent": Shown("subscribe/", "/subscribe/?sent"),
        "rating refused": Shown("rate/", "/rate/", 400, {"token": "x", "value": "1"}),
        "rating refused, more": Shown("rate/more/", "/rate/more/", 400, {"token": "x"}),
        "poll refused": Shown("poll/", "/poll/", 400, {"token": "x"}),
    }


def _piece_pages(piece):
    AssetFile.objects.create(page=piece, document=_document("open.pdf"), label="The open paper")
    for n in range(5):
        Rating.objects.create(asset=piece, reader_key=f"r{n}", value=1, rated_at=clock.now())
    poll = Poll.objects.create(question="Where does it get warm?", is_open=True)
    options = [PollOption.objects.create(poll=poll, text=text, sort_order=n) for n, text in enumerate(("Dock", "Road"))]
    for n in range(5):
        PollAnswer.objects.create(
            poll=poll, option=options[n % 2], asset=piece, reader_key=f"p{n}", answered_at=clock.now()
        )
    said = {"asset": piece, "name": "Ada", "text": "So it is with us.", "posted_at": clock.now()}
    for n in range(31):
        Comment.objects.create(key=uuid4(), state="published", answer="Tell us more." if n else "", **said)
    at = f"/{piece.slug}/"
    return {
        "piece": Shown("wagtail", at),
        "piece, rated": Shown("wagtail", f"{at}?rated=useful&more=x#rated"),
        "piece, commented": Shown("wagtail", f"{at}?commented=1"),
        "piece, poll answered": Shown("wagtail", f"{at}?poll={poll.pk}"),
    }


def _comments(piece):
    def comment(state):
        made = Comment.objects.create(
            asset=piece, state=state, name="Ada", email="a@x.example", text="Mine.", key=uuid4(), posted_at=clock.now()
        )
        return Shown("comments/<uuid:key>/", f"/comments/{made.key}/")

    return {
        "comment, wrong": Shown("comments/", f"/{piece.slug}/", 422, send=".comment-form"),
        "comment refused": Shown("comments/", "/comments/", 400, {"token": "x"}),
        "comment to confirm": comment("unconfirmed"),
        "comment confirmed": comment("waiting"),
        "comment published": comment("published"),
        "comment rejected": comment("rejected"),
    }


def _gates(piece):
    gate = Gate(name="Papers", intro="The paper has 14 pages.", asks_open_tracking=True)
    gate.questions = [
        GateQuestion(label="Where do you work?", fills="company", sort_order=1),
        GateQuestion(label="How many lanes?", field_type="radio", choices="Ten\nMore", sort_order=2),
    ]
    gate.save()
    AssetPage.objects.filter(pk=piece.pk).update(audience="gated", gate=gate)
    AssetFile.objects.create(page=piece, document=_document("gated.pdf"), label="The paper")
    sent = GateSubmission.objects.create(
        gate=gate, asset=piece, asset_title=piece.title, state="taken", email="a@x.example", posted_at=clock.now(),
        consents=[{"purpose": one["purpose"], "wording": one["version"]} for one in ports.consent_questions()],
    )  # fmt: skip
    expired = ports.sign_link({"k": sent.key.hex, "d": 0, "c": "", "x": 1, "m": 1})
    files, form = "get/files/<str:token>/", "get/<int:piece>/"
    return {
        "gated piece": Shown("wagtail", f"/{piece.slug}/"),
        "gate": Shown(form, f"/get/{piece.pk}/"),
        "gate, none": Shown(form, "/get/99999/", 404),
        "gate, wrong": Shown("get/<int:piece>/send/", f"/get/{piece.pk}/", 422, send=".gate-form"),
        "gate files": Shown(files, gate_links.page_url(sent)),
        "gate files, mailed": Shown(files, gate_links.page_url(sent, by_mail=True)),
        "gate files, expired": Shown(files, f"/get/files/{expired}/", 410),
        "gate files, cut short": Shown(files, "/get/files/x/", 404),
        "gate file, cut short": Shown("get/file/<str:token>/<str:name>", "/get/file/x/paper.pdf", 404),
        "gate link again": Shown("get/again/<str:token>/", f"/get/again/{expired}/", 200, {"again": "1"}),
    }


def _surveys():
    def survey(slug, **fields):
        made = Survey.objects.create(
            title="Your nights",
            slug=slug,
            intro="Five questions.",
            purpose="To choose.",
            consent_wording="Yes.",
            **fields,
        )
        kinds = (("radio", "I plan\nI pay"), ("checkboxes", "Cost\nAudit"), ("scale", "Bad\nGood"), ("multiline", ""))
        for n, (kind, choices) in enumerate(kinds):
            Question(
                survey=made, sort_order=n, label=f"Question {n}", field_type=kind, choices=choices, required=n == 0
            ).save()
        return made

    route, mailed = "surveys/<slug:slug>/", "surveys/answer/<str:token>/"
    opened = survey("open", is_open=True)
    survey("closed", is_open=True, closes_on=clock.now() - timedelta(days=2))
    survey("early", is_open=True, opens_on=clock.now() + timedelta(days=2))
    token = tokens.sign("survey", {"r": uuid4().hex, "s": opened.pk})
    return {
        "survey": Shown(route, "/surveys/open/"),
        "survey, wrong": Shown(route, "/surveys/open/", 422, send=".survey-form"),
        "survey, refused": Shown(route, "/surveys/open/", 400, {"token": "x"}),
        "survey, early": Shown(route, "/surveys/early/", 404),
        "survey, thanks": Shown(route, "/surveys/open/?answered=1"),
        "survey, closed": Shown(route, "/surveys/closed/", 410),
        "survey, by mail": Shown(mailed, f"/surveys/answer/{token}/"),
        "survey, cut short": Shown(mailed, "/surveys/answer/x/", 404),
    }


def _mails(piece):
    contact = Contact.objects.create(email="reader@x.example")
    token = tokens.sign("unsubscribe", {"h": consent.address_hmac(contact.email), "s": contact.subject.hex})
    stars = tokens.sign("rate", {"r": uuid4().hex, "a": piece.pk, "v": 4})
    found = {
        "unsubscribe": Shown("collector", f"/t/u/{token}"),
        "unsubscribed": Shown("collector", f"/t/u/{token}", 200, {"List-Unsubscribe": "One-Click"}),
        "link, cut short": Shown("collector", "/t/c/x", 404),
        "your data, by mail": Shown("your-data/<str:token>/", f"/your-data/{token}/"),
        "stars": Shown("rate/<str:token>/", f"/rate/{stars}/"),
        "stars, cut short": Shown("rate/<str:token>/", "/rate/x/", 404),
    }
    for state in ("asked", "live", "ended"):
        made = Subscription.objects.create(
            state=state, email="s@x.example", contact=contact if state == "live" else None, asked_at=clock.now()
        )
        found[f"subscription, {state}"] = Shown("subscribe/<uuid:key>/", f"/subscribe/{made.key}/")
    return found


def _approval():
    page = AssetPage(title="A draft", slug="a-draft", live=False, body=BODY)
    HomePage.objects.get().add_child(instance=page)
    revision = page.save_revision()
    entry = Entry.objects.create(title="A draft", page=page)
    Approval.objects.create(
        entry=entry, revision=revision, name="Ada", email="a@x.example", digest=digest("secret"),
        asked_at=clock.now(), expires_at=clock.now() + LASTS,
    )  # fmt: skip
    asked = Interview.objects.create(
        entry=entry, name="Noor", email="n@x.example", digest=digest("known"),
        asked_at=clock.now(), expires_at=clock.now() + LASTS,
    )  # fmt: skip
    InterviewQuestion.objects.create(interview=asked, text="Which box worries you most?")
    Quote.objects.create(interview=asked, text="Everybody walks past it.", asked_at=clock.now())
    return {
        "expert": Shown("expert/<str:secret>/", "/expert/known/"),
        "approval": Shown("approve/<str:secret>/", "/approve/secret/"),
        "approval, text": Shown("approve/<str:secret>/text/", "/approve/secret/text/"),
    }
