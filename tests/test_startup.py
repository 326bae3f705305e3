"""No process starts half: each says in a sentence what is wrong and how to mend it, and ends; the collector spools."""

import contextlib
import sqlite3
import subprocess
import sys

import psycopg
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from cms import health, processes, schema, startup
from tests import procfile
from tests.conftest import ON_SQLITE
from tests.installation import ROOT

pytestmark = pytest.mark.db
NOWHERE = "postgres://postgres@127.0.0.1:1/lede"
LATER = "INSERT INTO django_migrations (app, name, applied) VALUES ('cms', '9999_later', '2030-01-01')"
STARTS = {
    "worker": [sys.executable, "manage.py", "worker"],
    "dispatcher": [sys.executable, "manage.py", "run_dispatcher"],
    "web": [sys.executable, "-c", "import cms.wsgi"],
    "celery worker": [sys.executable, "-m", "celery", "-A", "cms", "worker", "--concurrency", "1"],
    "celery beat": [sys.executable, "-m", "celery", "-A", "cms", "beat"],
}


def begin(installation, command, **env):
    """The process, whose output comes as one text."""
    return subprocess.Popen(
        command, cwd=ROOT, env=installation.env | env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.mark.slow
def test_nothing_starts_without_its_database(installation):
    env = {"LEDE_START_PATIENCE": "0", "REDIS_URL": "redis://127.0.0.1:1/0", "DATABASE_URL": NOWHERE}
    begun = {name: begin(installation, command, **env) for name, command in STARTS.items()}
    said = {name: process.communicate(timeout=240)[0] for name, process in begun.items()}
    assert {name: process.returncode for name, process in begun.items()} == dict.fromkeys(STARTS, 1)
    words = ("This process does not start. The database does not answer", "Check DATABASE_URL")
    assert [name for name, text in said.items() if not all(word in text for word in words)] == []


def test_serve_does_not_start_on_a_database_of_newer_code(installation):
    change(installation, LATER)
    process = begin(installation, [sys.executable, "manage.py", "serve"], PORT=str(processes.free_port()))
    assert "migrated by newer code: this version does not know cms.9999_later" in process.communicate(timeout=240)[0]
    assert process.returncode == 1


def test_nothing_starts_on_a_full_disk(installation):
    process = begin(installation, STARTS["worker"], LEDE_MIN_FREE_MB=str(10**9))
    said = process.communicate(timeout=240)[0]
    assert ("MB are free under" in said, "move LEDE_VAR" in said, process.returncode) == (True, True, 1)


@pytest.mark.django_db
def test_a_database_of_older_code_and_one_of_newer_code_are_told(monkeypatch):
    assert startup.database_trouble() == ""
    applied = MigrationRecorder(connection)
    applied.record_unapplied("nurture", "0003_mail_troubles")
    assert startup.database_trouble() == "The database lacks 1 migrations. Run: manage.py migrate"
    applied.record_applied("cms", "9999_later")
    finding = health.ask_schema()
    assert (finding.ok, "does not know cms.9999_later" in finding.message) == (False, True)
    assert "restore the backup made before the update" in finding.hint


def test_collector_starts_without_its_database_and_keeps_what_comes_on_disk(installation):
    port = processes.free_port()
    env = {"DATABASE_URL": NOWHERE, "LEDE_START_PATIENCE": "0", "DJANGO_SETTINGS_MODULE": "cms.settings.dev"}
    installation.env |= env
    procfile.start(installation, "collector", port)
    installation.wait_until(lambda: processes.answers(f"http://127.0.0.1:{port}/t/p.gif?k=page_viewed"), 30)
    assert list((installation.var / "spool" / "events").glob("*.json"))
    assert "Until then events are kept on disk" in installation.log


@pytest.mark.django_db
def test_a_database_that_is_starting_is_waited_for(monkeypatch, settings):
    answers = iter([startup.OperationalError("connection refused"), startup.OperationalError("starting up")])

    def gap():
        for error in answers:
            raise error
        return schema.Gap((), ())

    monkeypatch.setattr(startup.schema, "gap", gap)
    monkeypatch.setattr(startup, "POLL_SECONDS", 0)
    assert startup.database_trouble(patience=60) == ""


@pytest.mark.parametrize(
    "words",
    ['password authentication failed for user "lede"', 'database "x" does not exist', "unable to open database file"],
)
def test_a_wrong_address_is_told_at_once(monkeypatch, words):
    def gap():
        raise startup.OperationalError(words)

    monkeypatch.setattr(startup.schema, "gap", gap)
    assert words in startup.database_trouble(patience=600)


def change(installation, statement):
    """In the main database, past the ORM."""
    if ON_SQLITE:
        with contextlib.closing(sqlite3.connect(installation.databases["default"])) as connection, connection:
            connection.execute(statement)
    else:
        with psycopg.connect(installation.env["DATABASE_URL"]) as connection:
            connection.execute(statement)
