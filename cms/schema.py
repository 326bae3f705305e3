"""Does the database fit this code? Compared by the names of migrations, cheaply enough for a page."""

from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

Name = tuple[str, str]


@dataclass(frozen=True)
class Gap:
    """Migrations that this code has and the database has not, and the other way round."""

    lacking: tuple[Name, ...]
    unknown: tuple[Name, ...]

    def words(self) -> tuple[str, str] | None:
        """(what is wrong, how to mend it); None when nothing is."""
        if self.unknown:
            return (
                _("The database was migrated by newer code: this version does not know %s.") % _some(self.unknown),
                _("Install the newer version again, or restore the backup made before the update."),
            )
        if self.lacking:
            return _("The database lacks %d migrations.") % len(self.lacking), _("Run: manage.py migrate")
        return None


def gap() -> Gap:
    """One query. Raises OperationalError when the database does not answer."""
    written = _written()
    applied = set(MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations())
    replaced = {one for replaces in written.values() for one in replaces}
    done = applied | {name for name, replaces in written.items() if replaces and applied.issuperset(replaces)}
    ours = {label for label in settings.FIRST_PARTY_APPS if apps.is_installed(label)}
    return Gap(
        tuple(sorted(written.keys() - done - replaced)),
        tuple(sorted(name for name in applied - written.keys() - replaced if name[0] in ours)),
    )


@cache
def _written() -> dict[Name, tuple[Name, ...]]:
    """Every migration of this code, and which older ones it stands for. They do not change while a process lives."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return {name: tuple(migration.replaces) for name, migration in loader.disk_migrations.items()}


def _some(names: tuple[Name, ...]) -> str:
    listed = ", ".join(f"{app}.{name}" for app, name in names[:3])
    return listed if len(names) <= 3 else _("%(some)s and %(n)d more") % {"some": listed, "n": len(names) - 3}
