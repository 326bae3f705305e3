"""Readers' comments: posted without an account, confirmed by mail, read by an editor before anybody else sees them."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cms import clock, policy
from cms.feedback import letters, limits
from cms.feedback.models import Comment
from cms.feedback.ratings import TOKEN_AGE, BadToken
from cms.signals import comment_posted

State = Comment.State
LONGEST_TEXT = 3000
SHOWN = 30
# A person needs longer than this to write a name, an address and a sentence.
FASTEST_SECONDS = 4
MOST_LINKS = 2
A_NETWORK_AN_HOUR, AN_ADDRESS_A_DAY, ALL_A_MINUTE = 6, 3, 60
REASONS = {
    "trap": _("Filled in a field that people do not see"),
    "fast": _("Written faster than a person can"),
    "links": _("Holds more than two links"),
}
# Nobody gets a mail because a robot typed their address.
NO_MAIL = {"trap", "fast"}
_LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)
_SALT = "cms.feedback.comment"


@dataclass(frozen=True)
class Posting:
    """What came with the form besides its words: how old the form is, and who sent it, as far as we may know."""

    age: float
    trap: str = ""
    network_key: str = ""
    visitor: UUID | None = None
    link_token: str = ""


def sign(asset_id: int) -> str:
    """The token that lets a form comment on this piece, and no other, for 30 days; it says how old the form is."""
    return signing.dumps([asset_id, clock.now().timestamp()], salt=_SALT)


def read_token(token: str) -> tuple[int, float]:
    """(id of the piece, seconds since the form was made). Raises BadToken."""
    try:
        asset_id, made = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadToken("not ours") from error
    age = clock.now().timestamp() - made
    if age > TOKEN_AGE:
        raise BadToken("expired")
    return asset_id, age


@transaction.atomic
def post(piece, *, name: str, email: str, text: str, wants_answer: bool, posting: Posting) -> Comment:
    """Keep a comment and send the mail that confirms its address. The same words sent twice are one comment.

    What looks like a robot's is held back, with the reasons, and mails nobody. Raises limits.TooManyError.
    """
    limits.take_turn()
    _limit(email, posting.network_key)
    now = clock.now()
    same = Comment.objects.filter(asset=piece, email=email, text=text, posted_at__gt=now - timedelta(days=1)).first()
    if same:
        return same
    reasons = _reasons(text, posting)
    state = State.HELD if NO_MAIL & set(reasons) else State.UNCONFIRMED
    comment = Comment.objects.create(
        asset=piece,
        state=state,
        name=name,
        email=email,
        text=text,
        wants_answer=wants_answer,
        reasons=reasons,
        key=uuid4(),
        visitor=posting.visitor,
        link_token=posting.link_token,
        network_key=posting.network_key,
        posted_at=now,
    )
    if state == State.UNCONFIRMED:
        letters.ask_to_confirm(comment)
    return comment


@transaction.atomic
def confirm(comment: Comment, request_facts: dict) -> bool:
    """The reader has confirmed the address: to the editors, to the ledger, to the author. True the first time only."""
    now = clock.now()
    mine = Comment.objects.filter(pk=comment.pk, state=State.UNCONFIRMED)
    if not mine.update(state=State.WAITING, confirmed_at=now, link_token="", visitor=None):
        return False
    comment_posted.send(
        sender=Comment,
        asset_id=comment.asset_id,
        comment_id=comment.pk,
        visitor=comment.visitor,
        link_token=comment.link_token,
        request_facts=request_facts,
        posted_at=now,
    )
    letters.tell_team(comment)
    return True


@transaction.atomic
def judge(comment: Comment, state: State, user) -> None:
    """Publish or reject what may be read. Raises PermissionDenied without the right `comment.moderate`, ValueError for
    another state, and for a comment whose address nobody has proven: perhaps it was written in another's name.
    """
    if not policy.may(user, "comment.moderate"):
        raise PermissionDenied(_("Only editors and marketers moderate comments."))
    if state not in (State.PUBLISHED, State.REJECTED):
        raise ValueError(f"A comment is published or rejected, not {state!r}")
    proven = Comment.objects.filter(pk=comment.pk).exclude(state=State.UNCONFIRMED)
    if not proven.update(state=state, judged_by=user, judged_at=clock.now()):
        raise ValueError(_("Its address is not confirmed yet."))
    log(comment, f"comment.{state}", user=user)
    _tell_of_answer(comment)


@transaction.atomic
def answer(comment: Comment, text: str, user) -> None:
    """Answer under the comment, and tell the reader who asked to be told, once. "" takes the answer back.

    Raises PermissionDenied for who neither moderates nor signed the piece.
    """
    if not policy.visible(user, "comment.answer", Comment.objects.filter(pk=comment.pk)).exists():
        raise PermissionDenied(_("Only editors, marketers and who signed the piece answer under it."))
    Comment.objects.filter(pk=comment.pk).update(
        answer=text.strip()[:LONGEST_TEXT], answered_by=user, answered_at=clock.now()
    )
    log(comment, "comment.answered", user=user)
    _tell_of_answer(comment)


def published(asset_id: int, before: int | None = None) -> QuerySet[Comment]:
    """The published comments of a piece, newest first; `before` is the key of the last one of the page before."""
    rows = Comment.objects.filter(asset=asset_id, state=State.PUBLISHED).select_related("answered_by").order_by("-pk")
    return rows.filter(pk__lt=before) if before else rows


def under_signed(user, before: int | None = None) -> QuerySet[Comment]:
    """Confirmed comments, read by an editor or waiting for it, under what this person signed; newest first."""
    rows = Comment.objects.filter(asset__author__user=user, state__in=(State.WAITING, State.PUBLISHED))
    rows = rows.select_related("asset", "answered_by").order_by("-pk")
    return rows.filter(pk__lt=before) if before else rows


def _tell_of_answer(comment: Comment) -> None:
    """To the commenter, if they asked, when both the comment and its answer are on the site."""
    asked = Comment.objects.filter(pk=comment.pk, state=State.PUBLISHED, wants_answer=True, told_at=None)
    ready = asked.exclude(answer="").exclude(email="").exclude(confirmed_at=None)
    if ready.update(told_at=clock.now()):
        letters.tell_commenter(Comment.objects.select_related("asset", "answered_by").get(pk=comment.pk))


def _limit(email: str, network_key: str) -> None:
    rows = Comment.objects.all()
    if limits.is_over(rows, "posted_at", ALL_A_MINUTE, 60):
        raise limits.TooManyError(_("More comments come in than we can take just now. Try again in a few minutes."))
    if network_key and limits.is_over(rows.filter(network_key=network_key), "posted_at", A_NETWORK_AN_HOUR, 3600):
        raise limits.TooManyError(_("Several comments came from your network within an hour. Try again later."))
    if limits.is_over(rows.filter(email__iexact=email), "posted_at", AN_ADDRESS_A_DAY, 24 * 3600):
        raise limits.TooManyError(_("Three comments a day are the most for one address. Try again tomorrow."))


def _reasons(text: str, posting: Posting) -> list[str]:
    found = {
        "trap": bool(posting.trap),
        "fast": posting.age < FASTEST_SECONDS,
        "links": len(_LINK.findall(text)) > MOST_LINKS,
    }
    return [reason for reason, is_so in found.items() if is_so]
