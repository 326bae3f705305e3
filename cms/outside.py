"""People who are no contacts, and stand somewhere with their name or mail address all the same: found, handed out and
forgotten when they ask. Each app lists its kinds of such rows in `outsiders.KINDS`, and may have `forget_address`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry
from wagtail.utils.apps import get_app_submodules

from cms import keys

MOST = 50  # rows of a kind that are shown; more of a name finds fewer
SHORTEST = 3
NOBODY = "–"


@dataclass(frozen=True)
class Line:
    """One row as the screen tells it: who, by what address, what it is about and perhaps when, where there is more."""

    name: str
    address: str
    about: str
    at: datetime | None
    url: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of rows that name somebody.

    `rows()` are those that still do; `names` and `address` the fields that say whom ("" for none); `tell(row)`, of rows
    as `rows()` gives them, is without a query; `export(row)` is all that is kept, as JSON can carry it; `forget(row)`
    empties it, in the caller's transaction.
    """

    key: str
    label: str
    rows: Callable[[], QuerySet]
    names: tuple[str, ...]
    address: str
    tell: Callable[[Model], Line]
    export: Callable[[Model], dict[str, Any]]
    forget: Callable[[Model], None]


Found = tuple[Kind, Model]


def kinds() -> list[Kind]:
    """All kinds, in INSTALLED_APPS order."""
    return [kind for _app, module in get_app_submodules("outsiders") for kind in getattr(module, "KINDS", [])]


def find(text: str) -> tuple[list[Found], bool]:
    """The newest rows whose name or address holds `text`, and were there more? Nothing for fewer than SHORTEST."""
    found, is_cut = [], False
    for kind in kinds() if len(text) >= SHORTEST else ():
        fields = [*kind.names, *([kind.address] if kind.address else [])]
        wanted = Q(*((f"{field}__icontains", text) for field in fields), _connector=Q.OR)
        rows = list(kind.rows().filter(wanted).order_by("-pk")[: MOST + 1])
        found += [(kind, row) for row in rows[:MOST]]
        is_cut |= len(rows) > MOST
    return found, is_cut


def chosen(named: Iterable[str]) -> list[Found]:
    """The rows named so (see `key_of`) that still name somebody; what is no key is passed over."""
    wanted: dict[str, set[int]] = {}
    for kind, _dot, pk in (key.partition(":") for key in named):
        if number := keys.number(pk):
            wanted.setdefault(kind, set()).add(number)
    return [
        (kind, row) for kind in kinds() for row in kind.rows().filter(pk__in=wanted.get(kind.key, ())).order_by("pk")
    ]


def of_address(address: str) -> list[Found]:
    """All rows with exactly this address, however it is written."""
    asked = [kind for kind in kinds() if kind.address] if address else []
    return [(kind, row) for kind in asked for row in kind.rows().filter(**{f"{kind.address}__iexact": address})]


def key_of(found: Found) -> str:
    """How a form names such a row."""
    kind, row = found
    return f"{kind.key}:{row.pk}"


def export(found: Iterable[Found]) -> list[dict[str, Any]]:
    """All that these rows keep."""
    return [{"kind": str(kind.label), **kind.export(row)} for kind, row in found]


def forget(found: Iterable[Found], user) -> int:
    """Empty these rows, for good; then what other apps keep under their addresses. How many rows.

    The audit log says who asked, and when, and of which rows, not whom they named.
    """
    found = list(found)
    with transaction.atomic():
        addresses = {kind.tell(row).address.lower() for kind, row in found} - {""}
        for kind, row in found:
            logged = ModelLogEntry.objects.filter(
                content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk)
            )
            logged.update(label=str(kind.label), data={})
            log(row, "outsider.forgotten", user=user, title=str(kind.label))
            kind.forget(row)
        for address in sorted(addresses):
            _forget_address(address)
    return len(found)


def _forget_address(address: str) -> None:
    for _app, module in get_app_submodules("outsiders"):
        if verb := getattr(module, "forget_address", None):
            verb(address)
