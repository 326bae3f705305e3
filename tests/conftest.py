"""People and places every test may use. Tests mirror the tree; the name says thing and condition."""

import os
from pathlib import Path

import pytest
from django.contrib.auth.models import Group

from cms import policy
from cms.models import User

DATA = Path(os.environ.get("LEDE_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


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
