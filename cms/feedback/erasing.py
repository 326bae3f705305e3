"""Whose notes with ratings they are: found by all that a person rates under, handed out or emptied when they ask."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from cms.feedback import readers
from cms.feedback.models import RatingNote


def notes(subject: UUID, visitors: Iterable[UUID], address: str) -> QuerySet[RatingNote]:
    """What a person added to ratings: by a mail, in these browsers, or leaving this address. Oldest first."""
    theirs = Q(rating__reader_key__in=readers.keys_of(subject, visitors)) | Q(email__iexact=address)
    return RatingNote.objects.filter(theirs).order_by("pk")


def erase_notes(subject: UUID, visitors: Iterable[UUID], address: str) -> int:
    """Their words and their address go, rating and reasons stay as a count. In the caller's transaction; how many."""
    theirs = list(notes(subject, visitors, address).values_list("pk", flat=True))
    return RatingNote.objects.filter(pk__in=theirs).update(text="", email="", network_key="")
