"""People and places every test may use. Tests mirror the tree; the name says thing and condition."""

import contextlib
import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    """A transactional test empties the database at its end: put back what the migrations had written.

    Django runs such tests last; pytest-xdist gives a process whole files, so others may come after them.
    """
    outcome = yield
    marker = item.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        with item.config.stash[blocking_manager_key].unblock():
            for connection in connections.all(initialized_only=True):
                if contents := getattr(connection, "_test_serialized_contents", None):
                    connection.creation.deserialize_db_from_string(contents)
    return outcome


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
