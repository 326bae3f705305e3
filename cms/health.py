"""What `doctor` and the health page ask: each app lists its checks in `health.CHECKS`."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import redis
from django.conf import settings
from django.core import checks as django_checks
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from wagtail.utils.apps import get_app_submodules

from cms import clock, waking
from cms.models import Heartbeat

ENOUGH_BYTES = 500 * 1024**2
ALIVE_SECONDS = 60
MANY_MESSAGES = 500


@dataclass(frozen=True)
class Finding:
    """The answer of a check: fine or not, in words, and how to mend it."""

    ok: bool
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Check:
    """A named question with one answer."""

    name: str
    ask: Callable[[], Finding]


def checks() -> list[Check]:
    """All checks, in INSTALLED_APPS order."""
    return [check for _app, module in get_app_submodules("health") for check in getattr(module, "CHECKS", [])]


def findings() -> Iterator[tuple[Check, Finding]]:
    """Ask every check; one that breaks is itself a finding, and the others are still asked."""
    for check in checks():
        try:
            yield check, check.ask()
        except Exception as error:  # noqa: BLE001 -- a broken check must not hide the other answers
            yield check, Finding(False, f"{type(error).__name__}: {error}", _("See the log for the whole error."))


def missing_migrations() -> int:
    """How many migrations the database lacks."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def ask_configuration() -> Finding:
    """Django's own system checks; in production those for deployment, too."""
    found = django_checks.run_checks(include_deployment_checks=settings.IS_PRODUCTION)
    serious = [message for message in found if message.level >= django_checks.WARNING and not message.is_silenced()]
    if serious:
        words = "; ".join(f"{message.id}: {message.msg}" for message in serious)
        return Finding(False, words, _("Every variable is described in docs/settings.md."))
    return Finding(True, _("The settings are in order."))


def ask_database() -> Finding:
    """Are all tables there, and can they be written? Writes a row and takes it back."""
    try:
        waiting = missing_migrations()
    except OperationalError as error:
        return Finding(False, _("The database does not answer: %s") % error, _("Check DATABASE_URL."))
    if waiting:
        return Finding(False, _("The database lacks %d migrations.") % waiting, _("Run: manage.py migrate"))
    with transaction.atomic():
        Heartbeat.objects.create(name="doctor", seen_at=clock.now())
        transaction.set_rollback(True)
    return Finding(True, _("The %s database is complete and can be written.") % connections[DEFAULT_DB_ALIAS].vendor)


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
    Check("database", ask_database),
    Check("disk space", ask_disk),
    Check("worker", ask_worker),
    Check("processes", ask_processes),
    Check("broker", ask_broker),
    Check("static files", ask_static_files),
]
