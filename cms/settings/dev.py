"""A developer's machine and `make demo`: keys of its own under var/, reading with consent given, quick settling."""

import base64

from cms.settings.base import *
from cms.settings.base import STATIC_ROOT, TRACKING_KEYS, VAR_DIR, env
from cms.settings.keys import encode, fresh_tracking_key, kept
from cms.settings.values import consent_modes, not_negative

DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
SECRET_KEY = env.str("SECRET_KEY", "") or kept(VAR_DIR / "secret_key")
if not TRACKING_KEYS:
    TRACKING_KEYS = {
        "dev": base64.urlsafe_b64decode(kept(VAR_DIR / "tracking_key", lambda: encode(fresh_tracking_key())) + "=")
    }
HASH_PEPPER = env.str("LEDE_PEPPER", "").encode() or kept(VAR_DIR / "pepper").encode()
TRACKING_CONSENT = consent_modes(env, "consented")
CONSENT_ELSEWHERE = env.bool("LEDE_CONSENT_ELSEWHERE", True)  # the demonstration takes a yes for granted
COUNT_STAFF = env.bool("LEDE_COUNT_STAFF", True)  # so that one person can play both the marketer and the reader
SETTLE_SECONDS = env.int("LEDE_SETTLE_SECONDS", 10, validate=not_negative)
# The invented company of the demonstration (cms/demo_content/cast.toml).
SITE_NAME = WAGTAIL_SITE_NAME = env.str("LEDE_SITE_NAME", "Halden & Vane")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Maren Holt <notes@haldenvane.example>")
POSTAL_ADDRESS = env.str("LEDE_POSTAL_ADDRESS", "Halden & Vane, 14 Lantern Quay, 4410 Norderhaven")
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STATIC_ROOT.mkdir(exist_ok=True)  # files come from the finders; WhiteNoise warns on each start when it is missing
