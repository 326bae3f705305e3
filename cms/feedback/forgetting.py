"""What readers gave is kept as long as it is needed: addresses, networks, and comments that nobody confirmed."""

from datetime import timedelta

from django.db.models import Q

from cms import clock
from cms.feedback.models import Comment, PollAnswer, Rating, RatingNote

A_TURN = 500
NETWORKS = timedelta(days=1)
UNCONFIRMED = timedelta(days=14)
REFUSED = timedelta(days=90)
ADDRESSES = timedelta(days=365)


def forget() -> int:
    """One bounded turn; answers how many rows were forgotten or blanked."""
    now, state = clock.now(), Comment.State
    unused = Q(state=state.UNCONFIRMED, posted_at__lt=now - UNCONFIRMED)
    unused |= Q(state__in=(state.HELD, state.REJECTED), posted_at__lt=now - REFUSED)
    told = Comment.objects.filter(posted_at__lt=now - ADDRESSES).exclude(email="")
    return (
        _delete(Comment.objects.filter(unused))
        + _blank(told, email="", wants_answer=False)
        + _blank(Comment.objects.filter(posted_at__lt=now - NETWORKS).exclude(network_key=""), network_key="")
        + _blank(PollAnswer.objects.filter(answered_at__lt=now - NETWORKS).exclude(network_key=""), network_key="")
        + _blank(RatingNote.objects.filter(noted_at__lt=now - NETWORKS).exclude(network_key=""), network_key="")
        + _blank(RatingNote.objects.filter(noted_at__lt=now - ADDRESSES).exclude(email=""), email="")
        + _blank(Rating.objects.filter(rated_at__lt=now - NETWORKS).exclude(network_key=""), network_key="")
    )


def _delete(rows) -> int:
    return rows.model.objects.filter(pk__in=_some(rows)).delete()[0]


def _blank(rows, **values) -> int:
    return rows.model.objects.filter(pk__in=_some(rows)).update(**values)


def _some(rows) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:A_TURN])
