"""People and places every test may use. Tests mirror the tree; the name says thing and condition."""

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connections
from pytest_django.plugin import blocking_manager_key

from cms import policy
from cms.models import User
from tests.installation import DATABASES, Installation, template

DATA = Path(os.environ.get("LEDE_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """On SQLite the test database begins as a copy of the migrated template: seconds instead of half a minute."""
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"]:
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
    return request.config.getvalue("reuse_db") or "sqlite" in settings.DATABASES["default"]["ENGINE"]


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

    On SQLite from the template, whose rows have the numbers that serialized contents name, too.
    """
    if "inbox" in settings.DATABASES:
        for alias, file in DATABASES.items():
            connections[alias].close()
            _copy_rows(template() / file, connections[alias].settings_dict["NAME"])
    else:
        for connection in connections.all(initialized_only=True):
            if contents := getattr(connection, "_test_serialized_contents", None):
                connection.creation.deserialize_db_from_string(contents)
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
def an_installation(folder, django_db_blocker, source=None, **env):
    """A copy of `source` (default: the empty template) in `folder`, open to the ORM; its processes end with it."""
    var = folder / "var"
    shutil.copytree(source or template(), var)
    made = Installation(var, env)
    with django_db_blocker.unblock(), made.orm():
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture
def new_installation(tmp_path, django_db_blocker):
    """new_installation(**env) -> an empty Installation, not started (tests/installation.py). Not with `db`."""
    with contextlib.ExitStack() as stack:
        made = []

        def new(source=None, **env):
            folder = tmp_path / f"installation-{len(made)}"
            folder.mkdir()
            made.append(stack.enter_context(an_installation(folder, django_db_blocker, source, **env)))
            return made[-1]

        yield new


@pytest.fixture
def installation(new_installation):
    """An empty, migrated installation of its own. Call `.start()` for the server and the worker."""
    return new_installation()


@pytest.fixture
def data():
    """The folder of real data, or a skip with the reason; a failure where LEDE_REQUIRE_DATA says it must be there."""
    if DATA.is_dir():
        return DATA
    if os.environ.get("LEDE_REQUIRE_DATA"):
        pytest.fail(f"LEDE_REQUIRE_DATA is set but {DATA} is missing")
    return pytest.skip(f"no real data at {DATA}; set LEDE_DATA")


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
