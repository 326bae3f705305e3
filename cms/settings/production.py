"""Production: refuses to start without its own keys, hosts and mail; cookies and transport locked down."""

from environs import EnvError

from cms.settings.base import *
from cms.settings.base import BASE_URL, HASH_PEPPER, POSTAL_ADDRESS, TRACKING_KEYS, env

IS_PRODUCTION = True
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [BASE_URL])
env.str("EMAIL_URL")
env.str("DEFAULT_FROM_EMAIL")
if not POSTAL_ADDRESS.strip():
    raise EnvError("LEDE_POSTAL_ADDRESS is not set: the law asks for it under every mail. Write company, street, town")
if not TRACKING_KEYS:
    raise EnvError(
        'TRACKING_KEYS is not set: it signs the links in mail. Make one with: python -c "import base64, secrets; '
        'print("k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())"'
    )
if len(HASH_PEPPER) < 32:
    raise EnvError(
        "LEDE_PEPPER must have 32 characters or more; the suppression list is kept under it, so keep it safe"
    )
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise EnvError("ALLOWED_HOSTS must name your hosts, without *")
if len(SECRET_KEY) < 50:
    raise EnvError("SECRET_KEY must have 50 characters or more")

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_AGE = 12 * 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
