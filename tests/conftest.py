"""People and places every test may use. Tests mirror the tree; the name says thing and condition."""

import contextlib
import itertools
import os
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connections
from django.test.utils import setup_databases, teardown_databases
from pytest_django.plugin import blocking_manager_key

from cms import clock, policy
from cms.models import User
from tests import postgres, restoring
from tests.installation import DATABASES, Installation, template
from tests.services import Broker

ON_SQLITE = "sqlite" in settings.DATABASES["default"]["ENGINE"]
DATABASE = settings.DATABASES["default"]["NAME"]  # before any test: then it is that of the test database
NUMBERS = itertools.count(1)
COPIED: dict[str, str] = {}  # on PostgreSQL: the name of the test database, from which installations are copied
DATA = Path(os.environ.get("LEDE_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """On SQLite the test database begins as a copy of the migrated template: seconds instead of half a minute."""
    if not ON_SQLITE:
        return
    migrated = template()
    for alias, file in DATABASES.items():
        name = Path(settings.DATABASES[alias]["TEST"]["NAME"])
        name.parent.mkdir(parents=True, exist_ok=True)
        for left_over in name.parent.glob(f"{name.name}-*"):
            left_over.unlink()
        shutil.copy(migrated / file, name)


@pytest.fixture(scope="session")
def django_db_keepdb(request):
    """Use that copy, and leave it: the next session begins with a fresh one anyway."""
    return request.config.getvalue("reuse_db") or ON_SQLITE


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """On PostgreSQL the migrated test database is copied before any test, for installations and after commits."""
    if ON_SQLITE:
        yield
        return
    with contextlib.ExitStack() as stack:
        if connections["default"].settings_dict["NAME"] == DATABASE:
            stack.enter_context(_test_database(django_db_blocker))
        name = connections["default"].settings_dict["NAME"]
        connections["default"].close()
        COPIED["name"] = name
        stack.enter_context(postgres.copied(name, f"{name}_template"))
        with django_db_blocker.unblock():
            restoring.keep()
        yield


@contextlib.contextmanager
def _test_database(django_db_blocker):
    """Inside, the test database: pytest-django makes none for tests that have installations and no `db`."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    """A transactional test ends with empty tables; put back what the migrations wrote, whatever test comes next.

    pytest-django would run such tests last, but pytest-xdist deals the files out in another order. A hook and not a
    fixture: it must come after pytest-django's own fixture has emptied the tables.
    """
    result = yield
    marker = item.get_closest_marker("django_db")
    is_transactional = marker is not None and marker.kwargs.get("transaction")
    if is_transactional or "transactional_db" in item.fixturenames:
        with item.config.stash[blocking_manager_key].unblock():
            restore()
    return result


def restore():
    """Fill the emptied test databases again, and forget what was remembered of them.

    On SQLite from the template, whose rows have the numbers that serialized contents name, too. On PostgreSQL it has
    happened already (tests/restoring.py).
    """
    if ON_SQLITE:
        for alias, file in DATABASES.items():
            connections[alias].close()
            _copy_rows(template() / file, connections[alias].settings_dict["NAME"])
    ContentType.objects.clear_cache()
    cache.clear()


def _copy_rows(template_file, test_file):
    with (
        contextlib.closing(sqlite3.connect(template_file)) as source,
        contextlib.closing(sqlite3.connect(test_file, timeout=20)) as target,
    ):
        target.execute("PRAGMA synchronous=OFF")
        source.backup(target)


@contextlib.contextmanager
def an_installation(folder, django_db_blocker, **env):
    """An empty, migrated installation in `folder`, open to the ORM; its processes end with it.

    Ask for `django_db_setup`, too: on PostgreSQL the template is made by it.
    """
    with contextlib.ExitStack() as stack:
        made = _on_sqlite(folder / "var", env) if ON_SQLITE else stack.enter_context(_on_postgres(folder / "var", env))
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(made.orm())
        stack.callback(made.stop)
        yield made


def _on_sqlite(var, env):
    shutil.copytree(template(), var)
    return Installation(var, env)


@contextlib.contextmanager
def _on_postgres(var, env):
    var.mkdir()
    test = COPIED["name"]
    name = f"{test}_{next(NUMBERS)}"
    with postgres.copied(f"{test}_template", name) as address:
        yield Installation(var, {"DATABASE_URL": address} | env, name)


@pytest.fixture
def new_installation(tmp_path, django_db_setup, django_db_blocker):
    """new_installation(**env) -> an empty Installation, not started (tests/installation.py). Not with `db`."""
    with contextlib.ExitStack() as stack:
        made = []

        def new(**env):
            folder = tmp_path / f"installation-{len(made)}"
            folder.mkdir()
            made.append(stack.enter_context(an_installation(folder, django_db_blocker, **env)))
            return made[-1]

        yield new


@pytest.fixture
def installation(new_installation):
    """An empty, migrated installation of its own. Call `.start()` for the server and the worker."""
    return new_installation()


@pytest.fixture
def broker(tmp_path):
    """A Redis of this test's own, on a free port."""
    server = Broker(tmp_path)
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def data():
    """The folder of real data, or a skip with the reason; a failure where LEDE_REQUIRE_DATA says it must be there."""
    if DATA.is_dir():
        return DATA
    if os.environ.get("LEDE_REQUIRE_DATA"):
        pytest.fail(f"LEDE_REQUIRE_DATA is set but {DATA} is missing")
    return pytest.skip(f"no real data at {DATA}; set LEDE_DATA")


@pytest.fixture
def later(monkeypatch):
    """later(seconds=61): from now on it is so much later than before."""
    passed = [timedelta()]
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + passed[0])

    def pass_by(**span):
        passed[0] += timedelta(**span)

    return pass_by


@pytest.fixture
def make_user(db):
    """make_user("ines", policy.SALESPERSON) -> a person in that group."""

    def make(username, *groups, **fields):
        user = User.objects.create_user(username, f"{username}@lede.example", "a long password", **fields)
        user.groups.set(Group.objects.filter(name__in=groups))
        return user

    return make


@pytest.fixture
def admin(make_user):
    return make_user("admin", policy.ADMIN)


@pytest.fixture
def editor(make_user):
    return make_user("editor", policy.EDITOR)


@pytest.fixture
def marketer(make_user):
    return make_user("marketer", policy.MARKETER)


@pytest.fixture
def owner(make_user):
    """The salesperson whose account it is."""
    return make_user("owner", policy.SALESPERSON)


@pytest.fixture
def colleague(make_user):
    """Another salesperson."""
    return make_user("colleague", policy.SALESPERSON)


@pytest.fixture
def stranger(make_user):
    """Somebody with a log-in and no group."""
    return make_user("stranger")
