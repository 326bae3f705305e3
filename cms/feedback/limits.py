"""How much one network may send in a while. Counted over rows that are stored anyway, so no cache has to remember."""

from datetime import timedelta

from django.db.models import QuerySet

from cms import clock


class TooManyError(Exception):
    """More came from there than readers send. The words say when to try again."""


def is_over(rows: QuerySet, field: str, most: int, seconds: int) -> bool:
    """Are there `most` of `rows` or more whose time `field` is within the last `seconds`? Reads no more than `most`."""
    since = clock.now() - timedelta(seconds=seconds)
    return rows.filter(**{f"{field}__gt": since}).order_by()[:most].count() >= most
