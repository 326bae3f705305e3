"""What the demo company wants its plan to be made of."""

from datetime import date

from django.utils import timezone

from cms import clock
from editorial.models import MixTarget

TARGETS = (("approach:product", "at_most", 25), ("medium:video", "at_least", 15), ("length:long", "at_least", 30))


def load(say) -> None:
    """Three targets since the beginning of last year, once."""
    if MixTarget.objects.exists():
        return
    since = date(timezone.localdate(clock.now()).year - 1, 1, 1)
    MixTarget.objects.bulk_create(
        MixTarget(share_of=share, bound=bound, percent=percent, valid_from=since) for share, bound, percent in TARGETS
    )
    say(f"Mix: {len(TARGETS)} targets")
