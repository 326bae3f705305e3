"""What `doctor` and the health page ask: each app lists its checks in `health.CHECKS`."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from threading import Thread

import redis
from django.conf import settings
from django.core import checks as django_checks
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.utils.apps import get_app_submodules

from cms import clock, schema, waking
from cms.models import Heartbeat, Job

ENOUGH_BYTES = 500 * 1024**2
ALIVE_SECONDS = 60
MANY_MESSAGES = 500
PATIENCE_SECONDS = 2


@dataclass(frozen=True)
class Finding:
    """The answer of a check: fine or not, in words, and how to mend it."""

    ok: bool
    message: str
    hint: str = ""


class Reach(Enum):
    """What an answer costs: the page asks the first, the second for PATIENCE_SECONDS at most, and never the third."""

    HERE = "here"
    OUTSIDE = "outside"  # another machine, without the database: it may not answer for long
    WHOLE = "whole"  # reads whole tables, or writes


@dataclass(frozen=True)
class Check:
    """A named question with one answer."""

    name: str
    ask: Callable[[], Finding]
    reach: Reach = Reach.HERE


@dataclass(frozen=True)
class Lag:
    """A queue: since when its oldest work could have been done (None: nothing waits), and from when on that is late."""

    name: str
    oldest: Callable[[], datetime | None]
    late: timedelta = timedelta(minutes=2)


@dataclass(frozen=True)
class Figures:
    """A small table of words and numbers, cheap to ask."""

    name: str
    ask: Callable[[], list[tuple[str, object]]]


def checks() -> list[Check]:
    """All checks, in INSTALLED_APPS order."""
    return [check for _app, module in get_app_submodules("health") for check in getattr(module, "CHECKS", [])]


def findings() -> Iterator[tuple[Check, Finding]]:
    """Ask every check; one that breaks is itself a finding, and the others are still asked."""
    for check in checks():
        yield check, _answer(check)


def quick_findings() -> list[tuple[Check, Finding]]:
    """What a page can ask: other machines all at once and for a moment only, whole tables never."""
    asked = [check for check in checks() if check.reach != Reach.WHOLE]
    answers: dict[str, Finding] = {}
    for check in asked:
        if check.reach == Reach.OUTSIDE:  # a thread that still waits when the page is shown ends with its own timeout
            Thread(target=lambda check=check: answers.update({check.name: _answer(check)}), daemon=True).start()
    until = time.monotonic() + PATIENCE_SECONDS
    here = {check.name: _answer(check) for check in asked if check.reach == Reach.HERE}
    while len(answers) + len(here) < len(asked) and time.monotonic() < until:
        time.sleep(0.02)
    late = Finding(False, _("No answer within %d s.") % PATIENCE_SECONDS, _("manage.py doctor waits for it longer."))
    return [(check, here.get(check.name) or answers.get(check.name) or late) for check in asked]


def lags() -> list[Lag]:
    """Of all apps, in INSTALLED_APPS order."""
    return [lag for _app, module in get_app_submodules("health") for lag in getattr(module, "LAGS", [])]


def figures() -> list[Figures]:
    """Of all apps, in INSTALLED_APPS order."""
    return [one for _app, module in get_app_submodules("health") for one in getattr(module, "FIGURES", [])]


def _answer(check: Check) -> Finding:
    try:
        return check.ask()
    except Exception as error:  # noqa: BLE001 -- a broken check must not hide the other answers
        return Finding(False, f"{type(error).__name__}: {error}", _("See the log for the whole error."))


def ask_configuration() -> Finding:
    """Django's own system checks; in production those for deployment, too."""
    found = django_checks.run_checks(include_deployment_checks=settings.IS_PRODUCTION)
    serious = [message for message in found if message.level >= django_checks.WARNING and not message.is_silenced()]
    if serious:
        words = "; ".join(f"{message.id}: {message.msg}" for message in serious)
        return Finding(False, words, _("Every variable is described in docs/settings.md."))
    return Finding(True, _("The settings are in order."))


def ask_schema() -> Finding:
    """Does the database fit this code: migrated neither too little nor by a newer version?"""
    try:
        trouble = schema.gap().words()
    except OperationalError as error:
        return Finding(False, _("The database does not answer: %s") % error, _("Check DATABASE_URL."))
    return Finding(False, *trouble) if trouble else Finding(True, _("The database fits this version."))


def ask_database() -> Finding:
    """Can it be written? Writes a row and takes it back."""
    with transaction.atomic():
        Heartbeat.objects.create(name="doctor", seen_at=clock.now())
        transaction.set_rollback(True)
    return Finding(True, _("The %s database can be written.") % connections[DEFAULT_DB_ALIAS].vendor)


def ask_disk() -> Finding:
    """Is there room for data, and for the events that wait on disk when the database is away?"""
    free = shutil.disk_usage(settings.VAR_DIR).free
    words = _("%(free).1f GB are free at %(where)s.") % {"free": free / 1024**3, "where": settings.VAR_DIR}
    return Finding(free >= ENOUGH_BYTES, words, _("Make room, or move LEDE_VAR to a larger disk."))


def ask_worker() -> Finding:
    """Has any worker given a sign of life within a minute?"""
    newest = Heartbeat.objects.filter(name__startswith="worker@").order_by("-seen_at").first()
    age = (clock.now() - newest.seen_at).total_seconds() if newest else None
    if age is None or age > ALIVE_SECONDS:
        words = _("No worker has ever run.") if age is None else _("The last sign of a worker is %d s old.") % age
        return Finding(False, words, _("Start one: manage.py serve brings its own; manage.py worker is one alone."))
    return Finding(True, _("%(name)s gave a sign %(age)d s ago.") % {"name": newest.name, "age": age})


def ask_processes() -> Finding:
    """Which kinds of processes live, and has one fallen silent that did not leave by itself?"""
    ages: dict[str, list[float]] = {}
    for name, seen_at in Heartbeat.objects.values_list("name", "seen_at"):
        ages.setdefault(name.partition("@")[0], []).append((clock.now() - seen_at).total_seconds())
    alive = {role: sum(age <= ALIVE_SECONDS for age in found) for role, found in sorted(ages.items())}
    silent = [role for role, number in alive.items() if not number and role != "worker"]
    if settings.REDIS_URL and not alive.get("beat"):
        silent = [*(role for role in silent if role != "beat"), "beat"]
    words = ", ".join(f"{number} {role}" for role, number in alive.items() if number) or _("none")
    if silent:
        words = _("No sign of life for a minute: %(silent)s. Alive: %(alive)s.") % {
            "silent": ", ".join(silent),
            "alive": words,
        }
        return Finding(False, words, _("Start them again; docs/deploy.md says how each is started."))
    return Finding(True, _("Alive: %s.") % words)


def ask_broker() -> Finding:
    """Does the broker answer, where one is configured, and does somebody take its messages?"""
    if not settings.REDIS_URL:
        return Finding(True, _("No broker is configured: the worker's own clock wakes its loops."))
    try:
        waiting = waking.waiting_messages()
    except redis.RedisError as error:
        return Finding(False, _("The broker does not answer: %s") % error, _("Check REDIS_URL and that Redis runs."))
    words = _("The broker answers; %d messages wait.") % waiting
    return Finding(waiting < MANY_MESSAGES, words, _("No worker takes them. Start one: celery -A cms worker"))


def ask_static_files() -> Finding:
    """Are style sheets, scripts and fonts where the server takes them from?"""
    if settings.IS_PRODUCTION:
        manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
        return Finding(manifest.exists(), _("Static files: %s") % manifest, _("Run: manage.py collectstatic"))
    lacking = [str(folder) for _prefix, folder in settings.STATICFILES_DIRS if not Path(folder).is_dir()]
    if lacking:
        return Finding(False, _("Front-end files are missing: %s") % ", ".join(lacking), _("Run: make demo, or npm ci"))
    return Finding(True, _("Static files are served from where they are written."))


CHECKS = [
    Check("configuration", ask_configuration),
    Check("schema", ask_schema),
    Check("database", ask_database, Reach.WHOLE),
    Check("disk space", ask_disk),
    Check("worker", ask_worker),
    Check("processes", ask_processes),
    Check("broker", ask_broker, Reach.OUTSIDE),
    Check("static files", ask_static_files),
]


def oldest_job() -> datetime | None:
    """When the job was asked for that waits longest for a worker."""
    waiting = Job.objects.filter(state=Job.State.QUEUED, lease_until=None).order_by("pk")
    return waiting.values_list("created_at", flat=True).first()


LAGS = [Lag(gettext_lazy("Jobs"), oldest_job)]
