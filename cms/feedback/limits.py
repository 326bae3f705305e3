"""How much one network may send in a while. Counted over rows that are stored anyway, so no cache has to remember."""

from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet

from cms import clock

LOCK = 7_402_301_301  # any number, the same in every process: who counts and stores holds it, for milliseconds


class TooManyError(Exception):
    """More came from there than readers send. The words say when to try again."""


def is_over(rows: QuerySet, field: str, most: int, seconds: int) -> bool:
    """Are there `most` of `rows` or more whose time `field` is within the last `seconds`? Reads no more than `most`."""
    since = clock.now() - timedelta(seconds=seconds)
    return rows.filter(**{f"{field}__gt": since}).order_by()[:most].count() >= most


def take_turn() -> None:
    """Of forms that come at once, each counts those before it. Call it in the transaction that counts and stores, where
    a mail follows to an address that anybody may have typed. SQLite lets in one at a time by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
