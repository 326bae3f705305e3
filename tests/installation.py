"""A whole installation for one test: its own files, its own database, real server and worker processes.

    def test_reader_is_recorded(installation):
        installation.start()
        httpx.get(installation.url)
        installation.wait_until(lambda: Event.objects.exists())

Inside the test the ORM of the test's own process works on the installation's database, too.
"""

import base64
import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from django.conf import global_settings, settings
from django.db import connections
from django.test import override_settings

from cms import processes

ROOT = Path(__file__).resolve().parents[1]
UNSET = ("DATABASE_URL", "REDIS_URL", "LEDE_BASE_URL", "ALLOWED_HOSTS", "LEDE_CONSENT")
TEMPLATES = ROOT / "var" / "templates"
DATABASES = {"default": "lede.sqlite3", "inbox": "inbox.sqlite3"}


class Installation:
    """One installation under a temporary folder. `env` adds to or replaces environment variables.

    On SQLite its database files are in `var`; on PostgreSQL it is `database`, the name of one that is there.
    """

    def __init__(self, var: Path, env: dict[str, str] | None = None, database: str | None = None):
        self.var = var
        self.databases = {"default": database} if database else {a: str(var / file) for a, file in DATABASES.items()}
        kept = {name: value for name, value in os.environ.items() if name not in UNSET}
        self.env = kept | environment(var) | (env or {})
        self.port = None
        self.processes: list[subprocess.Popen] = []

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What its server and worker have written so far."""
        path = self.var / "serve.log"
        return path.read_text() if path.exists() else ""

    def manage(self, *args: str, check: bool = True, timeout: float = 120, **env: str) -> subprocess.CompletedProcess:
        """Run `manage.py ARGS` to its end, output as text. `check`: a status other than 0 fails the test."""
        command = [sys.executable, "manage.py", *args]
        ran = subprocess.run(
            command, cwd=ROOT, env=self.env | env, capture_output=True, text=True, timeout=timeout, check=False
        )
        assert not check or ran.returncode == 0, f"{args} ended with {ran.returncode}:\n{ran.stdout}\n{ran.stderr}"
        return ran

    def start(self, worker: bool = True, **env: str) -> "Installation":
        """Start `manage.py serve` on a free port and wait until it answers. `env` is for this start only."""
        self.port = processes.free_port()
        flags = ["--follow", str(os.getpid()), *([] if worker else ["--no-worker"])]
        address = {"PORT": str(self.port), "LEDE_BASE_URL": self.url}
        process = self.spawn("serve", *flags, **(address | env))
        self.wait_until(lambda: process.poll() is not None or processes.answers(f"{self.url}/admin/login/"), 60)
        assert process.poll() is None, f"serve ended with status {process.returncode}:\n{self.log}"
        return self

    def spawn(self, *args: str, **env: str) -> subprocess.Popen:
        """Start `manage.py ARGS` in the background, output into serve.log; ended with the installation."""
        with (self.var / "serve.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *args], cwd=ROOT, env=self.env | env, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def wait_until(self, ask, seconds: float = 20):
        """Poll until `ask` (a callable, or SQL that counts) is true; fail with the log when it never is."""
        end_at = time.monotonic() + seconds
        while True:
            answer = ask() if callable(ask) else self.query(ask)[0][0]
            if answer:
                return answer
            assert time.monotonic() < end_at, f"not within {seconds} s: {ask}\n{self.log[-4000:]}"
            time.sleep(0.05)

    def query(self, sql: str, *params) -> list[tuple]:
        """Rows of the main database, read by a connection of their own."""
        if address := self.env.get("DATABASE_URL"):
            with psycopg.connect(address) as connection:
                return connection.execute(sql, params).fetchall()
        with contextlib.closing(sqlite3.connect(self.databases["default"], timeout=20)) as connection:
            return connection.execute(sql, params).fetchall()

    def stop(self) -> None:
        """End what this installation started, newest first: politely, then not."""
        while self.processes:
            processes.end(self.processes.pop(), 20)

    @contextlib.contextmanager
    def orm(self):
        """Inside, this process's ORM, files and addresses are the installation's."""
        names = {alias: connections[alias].settings_dict["NAME"] for alias in self.databases}
        self._point(self.databases)
        try:
            with override_settings(
                VAR_DIR=self.var,
                MEDIA_ROOT=self.var / "media",
                MAIL_TRANSPORT=self.env["EMAIL_URL"],
                PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS,
            ):
                yield self
        finally:
            self._point(names)

    @staticmethod
    def _point(names: dict[str, str]) -> None:
        for alias, name in names.items():
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name


def environment(var: Path) -> dict[str, str]:
    """Development settings with the keys of the tests: what a test signs or hashes, the installation understands."""
    key = base64.urlsafe_b64encode(settings.TRACKING_KEYS["test"]).decode().rstrip("=")
    return {
        "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
        "LEDE_VAR": str(var),
        "SECRET_KEY": settings.SECRET_KEY,
        "TRACKING_KEYS": f"test:{key}",
        "LEDE_PEPPER": settings.HASH_PEPPER.decode(),
        "LEDE_SETTLE_SECONDS": "0",
        "EMAIL_URL": f"maildir://{var / 'mail'}",
        "PYTHONUNBUFFERED": "1",
    }


def template() -> Path:
    """A migrated, empty installation, made once for each state of the migrations and kept under var/; tests copy it."""
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    made = TEMPLATES / fingerprint()
    with (TEMPLATES / "lock").open("w") as lock:  # pytest -n starts several processes that all want it
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.is_dir():
            making = TEMPLATES / "making"
            shutil.rmtree(making, ignore_errors=True)
            Installation(making).manage("migrate", "-v0", timeout=600)
            for older in TEMPLATES.glob("????????????????"):
                shutil.rmtree(older)
            making.rename(made)
    return made


def fingerprint() -> str:
    """What a migrated database depends on: our migrations, rights and address, and the packages' versions."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for app in settings.FIRST_PARTY_APPS:
        for path in sorted([*(ROOT / app / "migrations").glob("*.py"), ROOT / app / "policies.py"]):
            digest.update(path.name.encode() + path.read_bytes())
    for path in ("tracking/models/drafts.py", "cms/address.py"):
        digest.update((ROOT / path).read_bytes())
    return digest.hexdigest()[:16]
