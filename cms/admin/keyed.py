"""Tables sorted by any column and read by key: where the last page ended, not how many rows came before.

A key is the value that the last row was sorted by and its number. Values are whole numbers or text, never null.
"""

from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Coalesce

PAGE_SIZE = 20
NONE_LAST = -1  # no figure comes after the smallest one
SORTS = {"title": (F("asset__title"), str)}


def ordered(rows: QuerySet, ordering: str) -> QuerySet:
    """`rows` by "name" or "-name", the number deciding between equals; each row has `sorted_by`."""
    name, sign = ordering.lstrip("-"), "-" if ordering.startswith("-") else ""
    by, _kind = _sort(name)
    return rows.annotate(sorted_by=by).order_by(f"{sign}sorted_by", f"{sign}pk")


def page(rows: QuerySet, ordering: str, after: str, size: int = PAGE_SIZE) -> tuple[list, str]:
    """One page behind the row with the key `after` ("" or what is no key: the first), and the key to go on from."""
    found = list(_behind(rows, ordering, after)[: size + 1])
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    return found[:size], f"{last.pk}.{last.sorted_by}"


def _behind(rows: QuerySet, ordering: str, after: str) -> QuerySet:
    pk, dot, value = after.partition(".")
    _by, kind = _sort(ordering.lstrip("-"))
    is_key = dot and pk.isascii() and pk.isdecimal() and len(pk) < 19
    is_number = value.removeprefix("-").isascii() and value.removeprefix("-").isdecimal() and len(value) < 19
    if not is_key or "\x00" in value or (kind is int and not is_number):
        return rows
    way = "lt" if ordering.startswith("-") else "gt"
    return rows.filter(Q(**{f"sorted_by__{way}": kind(value)}) | Q(sorted_by=kind(value), **{f"pk__{way}": int(pk)}))


def _sort(name: str):
    return SORTS.get(name) or (Coalesce(F(name), Value(NONE_LAST), output_field=IntegerField()), int)
