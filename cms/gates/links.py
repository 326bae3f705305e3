"""Signed links: the form's own token, and the links to files, which expire and belong to one contact."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.urls import reverse

from cms import clock, ports
from cms.feedback.ratings import BadToken
from cms.gates.models import GateSubmission

FORM_AGE = 2 * 24 * 3600
AT_ONCE, MAILED = 24 * 3600, 14 * 24 * 3600  # seconds that a link lives
_SALT = "cms.gates.form"


@dataclass(frozen=True)
class Asked:
    """What a form was made with: for which piece and gate, which questions and wordings, how old it is."""

    piece: int
    gate: int
    questions: list[int]
    versions: dict[str, str]
    key: UUID
    age: float


@dataclass(frozen=True)
class Link:
    """A link to a file (`document`), or to the list of them (None), of what was sent under `key`."""

    key: UUID
    document: int | None
    subject: str
    is_expired: bool
    by_mail: bool


def sign_form(piece: int, asking, gate: int) -> str:
    """The token of a form: it says what was asked, and sent twice it is one form."""
    versions = {asked["purpose"]: asked["version"] for asked in asking.purposes}
    said = [piece, gate, [question.pk for question in asking.questions], versions, uuid4().hex, clock.now().timestamp()]
    return signing.dumps(said, salt=_SALT)


def read_form(token: str) -> Asked:
    """Raises BadToken("not ours" or "expired")."""
    try:
        piece, gate, ids, versions, key, made = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadToken("not ours") from error
    age = clock.now().timestamp() - made
    if age > FORM_AGE:
        raise BadToken("expired")
    return Asked(piece, gate, ids, versions, UUID(key), age)


def page_url(submission: GateSubmission, *, by_mail: bool = False) -> str:
    """The path of the page with the files of what was sent."""
    return reverse("gate_files", args=[_sign(submission, None, by_mail)])


def mailed_url(submission: GateSubmission) -> str:
    """The same with the site's address, as the mail has it."""
    return settings.BASE_URL + page_url(submission, by_mail=True)


def file_url(submission: GateSubmission, document, *, by_mail: bool = False) -> str:
    """The path of one file."""
    return reverse("gate_file", args=[_sign(submission, document.pk, by_mail), document.filename])


def read(token: str) -> Link:
    """Raises BadToken for what is not ours. One that has expired is read: it says whose it was."""
    try:
        said = ports.read_link(token)
        return Link(
            key=UUID(said["k"]),
            document=said["d"] or None,
            subject=said["c"],
            is_expired=said["x"] < clock.now().timestamp(),
            by_mail=bool(said.get("m")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadToken("not ours") from error


def find(link: Link) -> GateSubmission | None:
    """What it was sent for, while its links work: not taken back, and still the same contact's."""
    rows = GateSubmission.objects.filter(key=link.key, state=GateSubmission.State.TAKEN, revoked_at=None)
    found = rows.select_related("asset", "gate").first()
    return found if found and _whose(found) == link.subject else None


def _sign(submission: GateSubmission, document: int | None, by_mail: bool) -> str:
    expires = int(clock.now().timestamp()) + (MAILED if by_mail else AT_ONCE)
    said = {"k": submission.key.hex, "d": document or 0, "c": _whose(submission), "x": expires}
    return ports.sign_link(said | ({"m": 1} if by_mail else {}))


def _whose(submission: GateSubmission) -> str:
    return submission.subject.hex if submission.subject else ""
