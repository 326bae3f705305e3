"""Whose notes with ratings and whose comments they are: found by all that a person gives them under, handed out or
emptied when they ask.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from cms.feedback import readers
from cms.feedback.models import Comment, RatingNote


def notes(subject: UUID, visitors: Iterable[UUID], address: str) -> QuerySet[RatingNote]:
    """What a person added to ratings: by a mail, in these browsers, or leaving this address. Oldest first."""
    theirs = Q(rating__reader_key__in=readers.keys_of(subject, visitors)) | Q(email__iexact=address)
    return RatingNote.objects.filter(theirs).order_by("pk")


def erase_notes(subject: UUID, visitors: Iterable[UUID], address: str) -> int:
    """Their words and their address go. In the caller's transaction; how many."""
    return empty_notes(list(notes(subject, visitors, address).values_list("pk", flat=True)))


def empty_notes(pks: Iterable[int]) -> int:
    """Rating and reasons stay as a count. How many."""
    return RatingNote.objects.filter(pk__in=pks).update(text="", email="", network_key="")


def comments(known: Iterable[int], visitors: Iterable[UUID], address: str) -> QuerySet[Comment]:
    """What a person wrote under pieces: with this address, in these browsers, or, where the address was forgotten since
    (forgetting.py), those that the ledger knows to be theirs. Oldest first.
    """
    theirs = Q(email__iexact=address) | Q(visitor__in=set(visitors)) | Q(pk__in=set(known), email="")
    return Comment.objects.filter(theirs).order_by("pk")


def erase_comments(known: Iterable[int], visitors: Iterable[UUID], address: str) -> None:
    """In the caller's transaction."""
    empty_comments(list(comments(known, visitors, address).values_list("pk", flat=True)))


def empty_comments(pks: Iterable[int]) -> None:
    """A published comment stays where others answered it, without its author; others go."""
    theirs = Comment.objects.filter(pk__in=pks)
    theirs.exclude(state=Comment.State.PUBLISHED).delete()
    theirs.update(name="–", email="", visitor=None, link_token="", network_key="")
