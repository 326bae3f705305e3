"""A gated piece with its file and gate, and a reader who sends the form."""

from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from cms import clock
from cms.gates import links
from cms.models import AssetFile, Gate, GateQuestion, LibraryDocument
from cms.models.pages import Audience

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
VISITOR, OTHER = UUID(int=7), UUID(int=8)
ASKED = (
    ("Why now?", "", False),
    ("Your phone", "phone", False),
    ("Your company", "company", True),
    ("Your role", "job_title", True),
)


@pytest.fixture
def later(monkeypatch):
    """later(seconds=10) -> that much time has passed."""

    def pass_time(**delta):
        now = clock.now() + timedelta(**delta)
        monkeypatch.setattr(clock, "now", lambda: now)

    return pass_time


@pytest.fixture
def gate(db):
    made = Gate(name="Papers", asks_open_tracking=True)
    made.questions = [
        GateQuestion(label=label, fills=fills, required=required, sort_order=number)
        for number, (label, fills, required) in enumerate(ASKED)
    ]
    made.save()
    return made


@pytest.fixture
def make_document(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def make(name="paper.pdf", content=b"%PDF-1.4 what it costs"):
        made = LibraryDocument(title=name, file=ContentFile(content, name=name))
        made._set_document_file_metadata()
        made.save()
        return made

    return make


@pytest.fixture
def document(make_document):
    return make_document()


@pytest.fixture
def make_gated(make_piece, stages, gate, document):
    """make_gated("Title", **fields) -> a live gated piece with the file, behind the gate."""

    def make(title, **fields):
        given = {"audience": Audience.GATED, "gate": gate, "primary_stage": stages[2]}
        piece = make_piece(title, **given | fields)
        AssetFile.objects.create(page=piece, document=document, label="The paper")
        return piece

    return make


@pytest.fixture
def piece(make_gated):
    return make_gated("A paper")


@pytest.fixture
def reader(client, piece, gate, later):
    """A browser with a person before it: open() the form, fill() it, get links."""
    return Reader(client, piece, gate, later)


class Reader:
    def __init__(self, client, piece, gate, later):
        self.client, self.piece, self.gate, self.later = client, piece, gate, later
        client.defaults["HTTP_USER_AGENT"], client.defaults["HTTP_ACCEPT_LANGUAGE"] = BROWSER, "en"

    def open(self, visitor=None, **extra):
        said = {"visitor": str(visitor)} if visitor else {}
        return self.client.post(reverse("gate", args=[self.piece.pk]), said, **extra)

    def fill(self, answer=None, *, visitor=None, email="ines@brack.example", wait=10, extra=None, **said):
        """Send the form of `answer` (opened when None); `said` by the beginning of a question's label, lower case."""
        answer = answer or self.open(visitor)
        form = {"token": answer.context["token"], "email": email, "visitor": str(visitor or "")}
        for question in answer.context["asking"].questions:
            words = {"why now?": "why", "your phone": "phone", "your company": "company", "your role": "role"}
            form[f"q{question.pk}"] = said.pop(words.get(question.label.lower(), ""), "Something")
        self.later(seconds=wait)
        return self.client.post(reverse("gate_send", args=[self.piece.pk]), form | said, **(extra or {}))

    def labels(self, visitor=None):
        return [question.label for question in self.open(visitor).context["asking"].questions]

    def file(self, answer, **headers):
        """Fetch the first file of the page that the form led to."""
        page = self.client.get(answer["Location"])
        address = unescape(page.content.decode()).split('class="gate-file" href="')[1].split('"')[0]
        return self.client.get(address, headers=headers)


def token_of(answer):
    return answer["Location"].rstrip("/").rpartition("/")[2]


def link_of(answer):
    return links.read(token_of(answer))


def mailed(mailoutbox):
    """The path of the link in the last mail."""
    return "/" + mailoutbox[-1].body.split("http://")[1].split("\n")[0].partition("/")[2]
