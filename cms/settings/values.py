"""Environment values that need more than one line to read, each with an error that says how to mend it."""

import base64
import binascii
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


def web_address(value: str) -> None:
    """Refuse anything but http(s)://host."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValidationError("write it as https://your.host")


def port(value: int) -> None:
    """Refuse what is no TCP port."""
    if not 1 <= value <= 65535:
        raise ValidationError("a port is a number from 1 to 65535")


def not_negative(value: int) -> None:
    """Refuse less than nothing."""
    if value < 0:
        raise ValidationError("write 0 or more")


def consent(value: str) -> None:
    """Refuse a tracking mode that there is not."""
    if value not in ("none", "given"):
        raise ValidationError("one of none, given")


def redis_address(value: str) -> None:
    """Refuse what the Redis client cannot read; empty means no broker."""
    if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
        raise ValidationError("write it as redis://host:port/0")


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
