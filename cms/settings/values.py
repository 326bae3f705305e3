"""Environment values that need more than one line to read, each with an error that says how to mend it."""

import base64
import binascii
import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from environs import Env, EnvValidationError, ValidationError

SQLITE_OPTIONS = {
    # A writer takes its lock at BEGIN and waits for it, instead of failing when it upgrades from reading.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}


def _wrong(name: str, message: str) -> EnvValidationError:
    return EnvValidationError(f"{name}: {message}", [message])


def folder(name: str, value: str) -> Path:
    """The folder, made where it is missing."""
    path = Path(value)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _wrong(name, f"the folder {path} cannot be made: {error.strerror}; name one that we may write") from error
    return path


def web_address(value: str) -> None:
    """Refuse anything but http(s)://host."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValidationError("write it as https://your.host")


def port(value: int) -> None:
    """Refuse what is no TCP port."""
    if not 1 <= value <= 65535:
        raise ValidationError("a port is a number from 1 to 65535")


def weekday(value: int) -> None:
    """Refuse what is no day of a week."""
    if not 0 <= value <= 6:
        raise ValidationError("0 is Sunday, 1 Monday, 6 Saturday")


def currency(value: str) -> None:
    """Refuse what is no code of a currency."""
    if not (len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()):
        raise ValidationError("a currency is three capital letters of ISO 4217, for example EUR or USD")


def not_negative(value: int) -> None:
    """Refuse less than nothing."""
    if value < 0:
        raise ValidationError("write 0 or more")


def kept_days(value: int) -> None:
    """Refuse a span in which months are still open: what closes them takes the last two as open without asking."""
    if value < 0 or 0 < value < 93:
        raise ValidationError("write 93 or more days, or 0 to keep events for ever")


MODES = ("off", "aggregate", "deliverability", "consented")


def consent_modes(env: Env, default: str) -> dict[str, str]:
    """LEDE_CONSENT: a mode, or one for all and others by country: aggregate,DE=off,US=consented. {"*": …, "DE": …}"""
    modes = {}
    for part in env.list("LEDE_CONSENT", [default]):
        country, equals, mode = part.strip().rpartition("=")
        country = country.upper() if equals else "*"
        if mode not in MODES:
            raise _wrong("LEDE_CONSENT", f"{mode!r} is no mode; one of {', '.join(MODES)}")
        if equals and not (len(country) == 2 and country.isalpha()):
            raise _wrong("LEDE_CONSENT", f"{country!r} is no country; write its two letters, for example DE=off")
        modes[country] = mode
    if "*" not in modes:
        raise _wrong("LEDE_CONSENT", "say first what holds everywhere else, for example aggregate,DE=off")
    return modes


def redis_address(value: str) -> None:
    """Refuse what the Redis client cannot read; empty means no broker."""
    if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
        raise ValidationError("write it as redis://host:port/0")


def networks(value: list[str]) -> None:
    """Refuse what is no network."""
    for one in value:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError as error:
            raise ValidationError(f"{one!r} is no network; write it as 203.0.113.0/24 or 2001:db8::/32") from error


def network_file(value: str) -> None:
    """Refuse a file that is not there or holds anything but networks, one a line, with remarks after #."""
    if not value:
        return
    try:
        lines = Path(value).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise ValidationError(f"{value} cannot be read ({error})") from error
    networks([text for line in lines if (text := line.partition("#")[0].strip())])


def log_level(value: str) -> None:
    """Refuse what Python's logging does not know."""
    if value not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValidationError("one of DEBUG, INFO, WARNING, ERROR")


def databases(env: Env, var: Path) -> dict:
    """DATABASE_URL as Django's DATABASES; SQLite under `var` when unset, with the event inbox in a second file."""
    url = env.str("DATABASE_URL", "") or f"sqlite:///{var / 'lede.sqlite3'}"
    if urlsplit(url).scheme not in ("sqlite", "postgres", "postgresql"):
        raise _wrong("DATABASE_URL", f"{url.split(':')[0]!r} is not supported; use sqlite:///PATH or postgres://…")
    try:
        default = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    except (dj_database_url.ParseError, ValueError) as error:
        raise _wrong("DATABASE_URL", f"it cannot be read: {error}") from error
    if "sqlite" not in default["ENGINE"]:
        # Without it a host that swallows packets holds a process for minutes.
        default["OPTIONS"] = {"connect_timeout": 10} | default.get("OPTIONS", {})
        return {"default": default}
    default |= {"OPTIONS": dict(SQLITE_OPTIONS), "CONN_MAX_AGE": None}
    inbox = default | {"NAME": str(Path(default["NAME"]).with_name("inbox.sqlite3")), "OPTIONS": dict(SQLITE_OPTIONS)}
    # Its one table is made by tracking/inbox.py, without walking through every app's migrations.
    inbox |= {"TEST": {"MIGRATE": False}}
    return {"default": default, "inbox": inbox}


def mail_transport(env: Env, var: Path) -> str:
    """EMAIL_URL: smtp://user:password@host:port, smtp+tls://…, smtps://…, or maildir:///folder (default: under var)."""
    url = env.str("EMAIL_URL", "") or f"maildir://{var / 'mail'}"
    if urlsplit(url).scheme not in ("smtp", "smtp+tls", "smtps", "maildir"):
        raise _wrong("EMAIL_URL", "use smtp://, smtp+tls://, smtps:// or maildir:///FOLDER")
    return url


def tracking_keys(env: Env) -> dict[str, bytes]:
    """TRACKING_KEYS: `name:base64key,…`, the first signs, all verify. Empty here; dev and production each decide."""
    keys = {}
    for pair in env.list("TRACKING_KEYS", []):
        name, _, encoded = pair.partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except (ValueError, binascii.Error) as error:
            raise _wrong("TRACKING_KEYS", f"the key named {name!r} is not base64") from error
        if not name.isalnum() or len(name) > 8 or len(key) < 32:
            raise _wrong("TRACKING_KEYS", "each is NAME:KEY, NAME of 1–8 letters and digits, KEY of 32 bytes or more")
        keys[name] = key
    return keys
