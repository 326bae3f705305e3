"""Each wrong environment value is told by name and mended by the message; production insists on keys of its own."""

import os
import re
import subprocess
import sys
import tomllib

import pytest

from tests.installation import ROOT

KEY = "k1:" + "A" * 43
PRODUCTION = {
    "SECRET_KEY": "s" * 50,
    "LEDE_PEPPER": "p" * 32,
    "TRACKING_KEYS": KEY,
    "ALLOWED_HOSTS": "newsroom.example",
    "EMAIL_URL": "smtp://localhost:25",
    "DEFAULT_FROM_EMAIL": "newsroom@lede.example",
    "LEDE_BASE_URL": "https://newsroom.example",
    "LEDE_POSTAL_ADDRESS": "Lede, 1 Main Street, Springfield",
}
WRONG = [
    ("PORT", "99999", "a port is a number from 1 to 65535"),
    ("PORT", "http", "Not a valid integer"),
    ("LEDE_BASE_URL", "newsroom.example", "write it as https://your.host"),
    ("DATABASE_URL", "mysql://localhost/lede", "'mysql' is not supported; use sqlite:///PATH or postgres://…"),
    ("EMAIL_URL", "imap://localhost", "use smtp://, smtp+tls://, smtps:// or maildir:///FOLDER"),
    ("LEDE_CONSENT", "perhaps", "'perhaps' is no mode; one of off, aggregate, deliverability, consented"),
    ("LEDE_CONSENT", "off,Germany=off", "'GERMANY' is no country; write its two letters, for example DE=off"),
    ("LEDE_CONSENT", "DE=off", "say first what holds everywhere else"),
    ("LEDE_CURRENCY", "Euro", "a currency is three capital letters"),
    ("LEDE_SETTLE_SECONDS", "-1", "write 0 or more"),
    ("LEDE_KEEP_EVENTS_DAYS", "92", "write 93 or more days, or 0 to keep events for ever"),
    ("LEDE_RULE_MAX_AGE_HOURS", "a day", "Not a valid integer"),
    ("REDIS_URL", "localhost:6379", "write it as redis://host:port/0"),
    ("LOG_LEVEL", "LOUD", "one of DEBUG, INFO, WARNING, ERROR"),
    ("TRACKING_KEYS", "k1:c2hvcnQ", "each is NAME:KEY, NAME of 1–8 letters and digits, KEY of 32 bytes or more"),
    ("TRACKING_KEYS", "k1:A", "the key named 'k1' is not base64"),
    ("LEDE_OFFICES", "our office", "'our office' is no network; write it as 203.0.113.0/24 or 2001:db8::/32"),
    ("LEDE_DATACENTRES", "/no/such/file", "cannot be read"),
    ("DEBUG", "maybe", "Not a valid boolean"),
]


def load(module, tmp_path, **env):
    """Import settings in a fresh process with these variables alone: (status, last line of its errors)."""
    names = {"PATH": os.environ["PATH"], "LEDE_VAR": str(tmp_path)} | env
    ran = subprocess.run(
        [sys.executable, "-c", f"import cms.settings.{module}"], cwd=ROOT, env=names, capture_output=True, text=True
    )
    return ran.returncode, (ran.stderr.splitlines() or [""])[-1]


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
def test_wrong_value_is_told_by_name_with_how_to_mend_it(name, value, words, tmp_path):
    status, error = load("dev", tmp_path, **{name: value})
    assert status == 1
    assert name in error
    assert words in error


def test_development_needs_no_variable(tmp_path):
    assert load("dev", tmp_path) == (0, "")


def test_empty_value_is_the_default(tmp_path):
    assert load("dev", tmp_path, DATABASE_URL="", REDIS_URL="", EMAIL_URL="", SECRET_KEY="") == (0, "")


def test_production_starts_with_all_its_keys(tmp_path):
    assert load("production", tmp_path, **PRODUCTION) == (0, "")


@pytest.mark.parametrize("name", sorted(PRODUCTION.keys() - {"LEDE_BASE_URL"}))
def test_production_refuses_to_start_without(name, tmp_path):
    status, error = load("production", tmp_path, **{key: value for key, value in PRODUCTION.items() if key != name})
    assert status == 1
    assert name in error


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECRET_KEY", "short"), ("LEDE_PEPPER", "short"), ("ALLOWED_HOSTS", "*"), ("ALLOWED_HOSTS", "")],
)
def test_production_refuses_weak(name, value, tmp_path):
    status, error = load("production", tmp_path, **(PRODUCTION | {name: value}))
    assert status == 1
    assert name in error


def test_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    status, error = load("dev", tmp_path, LEDE_VAR=str(tmp_path / "file"))
    assert (status, "LEDE_VAR: the folder" in error, "name one that we may write" in error) == (1, True, True)


def test_command_line_ends_with_one_sentence_and_status_2(tmp_path):
    env = os.environ | {"LEDE_VAR": str(tmp_path), "PORT": "0", "DJANGO_SETTINGS_MODULE": "cms.settings.dev"}
    ran = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (
        2,
        "Configuration: Environment variable \"PORT\" invalid: ['a port is a number from 1 to 65535']\n"
        "Every variable is described in docs/settings.md.\n",
    )


def test_every_variable_is_described():
    read = set()
    for path in (ROOT / "cms" / "settings").glob("*.py"):
        read |= set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', path.read_text()))
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))
    assert read - described == set()


def test_every_requirement_is_described():
    names = {
        re.split(r"[\[~>=<]", line)[0]
        for line in (ROOT / "requirements.in").read_text().splitlines()
        if line and not line.startswith("#")
    }
    described = set(
        re.findall(r"^\| `([A-Za-z0-9_-]+)` \|", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    )
    assert names - described == set()


def test_development_bears_the_name_of_the_demonstration_s_company(tmp_path):
    company = tomllib.loads((ROOT / "cms" / "demo_content" / "cast.toml").read_text())["company"]
    code = "import cms.settings.dev as d; print(d.SITE_NAME, d.POSTAL_ADDRESS, d.DEFAULT_FROM_EMAIL, sep='|')"
    env = {"PATH": os.environ["PATH"], "LEDE_VAR": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)
    name, address, sender = ran.stdout.strip().split("|")
    assert (name, address) == (company["name"], company["address"])
    assert company["from_email"] in sender
