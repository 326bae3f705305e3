"""Polls: which one stands under a piece, one reader's answer, and what all of them said."""

from dataclasses import dataclass

from django.core import signing
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms import clock
from cms.feedback import limits
from cms.feedback.models import Poll, PollAnswer, PollOption
from cms.feedback.ratings import TOKEN_AGE, BadToken
from cms.signals import poll_answered

SHOWN_FROM = 5
A_NETWORK_AN_HOUR = 30
_SALT = "cms.feedback.poll"


@dataclass(frozen=True)
class Line:
    """One answer to choose from, how many chose it, and which part of all that is, in percent."""

    text: str
    count: int
    percent: int


def sign(asset_id: int, poll_id: int) -> str:
    """The token that lets a form answer this poll under this piece, and no other, for 30 days."""
    return signing.dumps([asset_id, poll_id], salt=_SALT)


def read_token(token: str) -> tuple[int, int]:
    """(id of the piece, id of the poll). Raises BadToken."""
    try:
        asset_id, poll_id = signing.loads(token, salt=_SALT, max_age=TOKEN_AGE)
    except signing.SignatureExpired as error:
        raise BadToken("expired") from error
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadToken("not ours") from error
    return asset_id, poll_id


def open_ones() -> QuerySet[Poll]:
    """The polls that take answers today."""
    today = timezone.localdate(clock.now())
    return Poll.objects.filter(is_open=True).filter(Q(closes_on=None) | Q(closes_on__gte=today))


def for_piece(piece, topic_ids) -> Poll | None:
    """The newest open poll for pieces like this one, its options read, or None. Two queries; one without a poll."""
    fits = Q(stage=None) | Q(stage=piece.primary_stage_id)
    about = Q(topic=None) | Q(topic__in=list(topic_ids))
    return open_ones().filter(fits, about).prefetch_related("options").order_by("-pk").first()


def persona_of(piece) -> int | None:
    """The only persona that a piece is for: who reads it and is not known is taken to be of it. One query at most."""
    found = [] if piece.for_all_personas else [persona.pk for persona in piece.personas.all()]
    return found[0] if len(found) == 1 else None


def answer(
    poll: Poll,
    option: PollOption,
    piece,
    reader_key: str,
    *,
    network_key: str = "",
    persona_id: int | None = None,
    **facts,
) -> bool:
    """Store this reader's answer, or change it; was anything new? The same answer again is no second event.

    `facts` (visitor, link_token, request_facts) go to the ledger, in the same transaction. Raises TooManyError.
    """
    with transaction.atomic():
        before = PollAnswer.objects.filter(poll=poll, reader_key=reader_key).values_list("option", flat=True).first()
        if before == option.pk:
            return False
        of_network = PollAnswer.objects.filter(network_key=network_key)
        if network_key and limits.is_over(of_network, "answered_at", A_NETWORK_AN_HOUR, 3600):
            raise limits.TooManyError(_("More answers came from your network within an hour than we count."))
        now = clock.now()
        values = {"option": option, "network_key": network_key, "answered_at": now} | _about(piece, persona_id)
        PollAnswer.objects.update_or_create(poll=poll, reader_key=reader_key, defaults=values)
        poll_answered.send(
            sender=PollAnswer,
            asset_id=piece.pk,
            poll_id=poll.pk,
            question=poll.question,
            option=option.text,
            answered_at=now,
            **facts,
        )
    return True


def _about(piece, persona_id: int | None) -> dict:
    """Under what it was answered, copied: what the piece is for may change."""
    return {"asset": piece, "stage_id": piece.primary_stage_id, "persona_id": persona_id or persona_of(piece)}


def results(poll: Poll) -> list[Line]:
    """What was answered, in the order of the options. One query."""
    rows = list(poll.options.annotate(count=Count("answers")).order_by("sort_order", "pk"))
    total = sum(row.count for row in rows)
    return [Line(row.text, row.count, round(100 * row.count / total) if total else 0) for row in rows]


def shown_results(poll: Poll) -> list[Line] | None:
    """The results as readers see them: None while fewer than SHOWN_FROM have answered."""
    lines = results(poll)
    return lines if sum(line.count for line in lines) >= SHOWN_FROM else None
