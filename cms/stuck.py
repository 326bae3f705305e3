"""Work that was given up and waits for a person: each app lists its kinds of it in `stuck.KINDS`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.utils.apps import get_app_submodules

from cms import jobs
from cms.models import Job


@dataclass(frozen=True)
class Line:
    """One row as the screen tells it: what it is, why it was given up and when, and where there is more about it."""

    what: str
    why: str
    since: datetime | None = None
    url: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of stuck work.

    `rows()` are the dead ones; `tell(rows)` gives a Line for each, in a number of queries that does not depend on
    theirs; `retry(row)` and `drop(row, reason)` are False when it is not stuck any more. `dropping` says what it means.
    """

    key: str
    label: str
    dropping: str
    rows: Callable[[], QuerySet]
    tell: Callable[[Sequence[Model]], list[Line]]
    retry: Callable[[Model], bool]
    drop: Callable[[Model, str], bool]


def kinds() -> list[Kind]:
    """All kinds, in INSTALLED_APPS order."""
    return [kind for _app, module in get_app_submodules("stuck") for kind in getattr(module, "KINDS", [])]


def _tell_jobs(rows: Sequence[Job]) -> list[Line]:
    return [Line(row.title, row.error, row.finished_at) for row in rows]


KINDS = [
    Kind(
        "jobs",
        gettext_lazy("Jobs"),
        gettext_lazy("The job is not done any more. What it did so far stays, and so does its report."),
        lambda: Job.objects.filter(state=Job.State.FAILED),
        _tell_jobs,
        jobs.requeue,
        lambda row, reason: jobs.leave(row, _("Dropped by hand: %s") % reason),
    )
]
