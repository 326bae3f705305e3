"""Tests: a file database (collector and worker open it too), fast password hashing, fixed keys."""

import tempfile
from pathlib import Path

from cms.settings.base import *
from cms.settings.base import DATABASES, env

VAR_DIR = Path(env.str("LEDE_TEST_VAR", "") or tempfile.mkdtemp(prefix="lede-test-"))
SECRET_KEY = "only-for-tests"  # noqa: S105 -- signs nothing outside a test
TRACKING_KEYS = {"test": b"tests sign with these 32+ bytes!!"}
HASH_PEPPER = b"tests hash addresses with this"
TRACKING_CONSENT = {"*": "consented"}
CONSENT_ELSEWHERE = True
SETTLE_SECONDS = 0
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = VAR_DIR / "media"
MAIL_TRANSPORT = f"maildir://{VAR_DIR / 'mail'}"
STATICFILES_DIRS = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
if "sqlite" in DATABASES["default"]["ENGINE"]:
    for alias, name in (("default", "test.sqlite3"), ("inbox", "test-inbox.sqlite3")):
        # Losing a test database in a power cut is no loss, and fsync is most of a test's time.
        options = {**DATABASES[alias]["OPTIONS"]}
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
        DATABASES[alias] |= {
            "OPTIONS": options,
            "TEST": {**DATABASES[alias].get("TEST", {}), "NAME": str(VAR_DIR / name)},
        }
else:
    # A server set up without a locale makes databases in ASCII.
    DATABASES["default"]["TEST"] = {"CHARSET": "UTF8", "TEMPLATE": "template0", "SERIALIZE": False}
