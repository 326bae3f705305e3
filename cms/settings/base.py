"""What every installation shares. All that varies comes from environment variables (docs/settings.md)."""

from pathlib import Path

from environs import Env

from cms.settings.values import (
    consent_modes,
    currency,
    databases,
    folder,
    kept_days,
    log_level,
    mail_transport,
    network_file,
    networks,
    not_negative,
    port,
    redis_address,
    tracking_keys,
    web_address,
    weekday,
)

BASE_DIR = Path(__file__).resolve().parents[2]
env = Env()

VAR_DIR = folder("LEDE_VAR", env.str("LEDE_VAR", str(BASE_DIR / "var")))
MIN_FREE_MB = env.int("LEDE_MIN_FREE_MB", 50, validate=not_negative)
START_PATIENCE = env.int("LEDE_START_PATIENCE", 30, validate=not_negative)

SITE_NAME = env.str("LEDE_SITE_NAME", "Lede")
HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000, validate=port)
BASE_URL = env.str("LEDE_BASE_URL", f"http://127.0.0.1:{PORT}", validate=web_address).rstrip("/")
SECRET_KEY = env.str("SECRET_KEY", "")
DEBUG = False
IS_PRODUCTION = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [])
AUTH_USER_MODEL = "cms.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"
ASGI_APPLICATION = "cms.asgi.application"

INSTALLED_APPS = [
    "cms",
    "tracking",
    "editorial",
    "nurture",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.search_promotions",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_linear_migrations",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]
FIRST_PARTY_APPS = ["cms", "tracking", "editorial", "nurture"]

MIDDLEWARE = [
    "cms.probes.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cms.context.site",
            ],
        },
    },
]

# The system of record. On SQLite the inbox of unprocessed events is a file of its own (docs/architecture.md).
DATABASES = databases(env, VAR_DIR)
DATABASE_ROUTERS = ["tracking.router.InboxRouter"]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "cms.formats"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
CURRENCY = env.str("LEDE_CURRENCY", "EUR", validate=currency)  # of budgets and costs, ISO 4217
WEEK_START = env.int("LEDE_WEEK_START", 1, validate=weekday)

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    ("sortable", BASE_DIR / "node_modules" / "sortablejs"),
    ("fonts", BASE_DIR / "node_modules" / "@fontsource-variable"),
]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"

# Every mail of every app becomes a Delivery; EMAIL_URL says where deliveries go (smtp://, smtps://, maildir://).
EMAIL_BACKEND = "nurture.mail.backend.QueueBackend"
MAIL_TRANSPORT = mail_transport(env, VAR_DIR)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Lede <newsroom@lede.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
POSTAL_ADDRESS = env.str("LEDE_POSTAL_ADDRESS", "")

# Tracking
TRACKING_KEYS = tracking_keys(env)
HASH_PEPPER = env.str("LEDE_PEPPER", "").encode()  # the suppression list depends on it: never change it
TRACKING_CONSENT = consent_modes(env, "aggregate")
# Somebody else asks, and the page is only told after a yes: no banner of ours.
CONSENT_ELSEWHERE = env.bool("LEDE_CONSENT_ELSEWHERE", False)
COUNTRY_HEADER = env.str("LEDE_COUNTRY_HEADER", "").lower()
COUNTRIES_FILE = env.str(
    "LEDE_COUNTRIES",
    str(BASE_DIR / "node_modules/@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb"),
)
COUNT_STAFF = env.bool("LEDE_COUNT_STAFF", False)
TRACKING_CONSUMERS = ["nurture"]
CONSENT_CONSUMERS = ["tracking.consent", "nurture.consent"]  # carry out what a reader answered, by subject
VERDICT_CONSUMERS = ["nurture.verdicts"]  # hear of each event whose verdict turned after it was stored
OFFICE_NETWORKS = env.list("LEDE_OFFICES", [], validate=networks)
DATACENTRES_FILE = env.str("LEDE_DATACENTRES", "", validate=network_file)
TRACKING_KEEP_DAYS = env.int("LEDE_KEEP_EVENTS_DAYS", 760, validate=kept_days)
SETTLE_SECONDS = env.int("LEDE_SETTLE_SECONDS", 90, validate=not_negative)
RULE_MAX_AGE_HOURS = env.int("LEDE_RULE_MAX_AGE_HOURS", 24, validate=not_negative)

# Celery only wakes the loops sooner and spreads them; without a broker the worker's own clock does.
REDIS_URL = env.str("REDIS_URL", "", validate=redis_address)

WAGTAIL_SITE_NAME = SITE_NAME
WAGTAILADMIN_BASE_URL = BASE_URL
# The newsroom asks no other host for anything: no portraits, no version check.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILDOCS_DOCUMENT_MODEL = "cms.LibraryDocument"
WAGTAILIMAGES_IMAGE_MODEL = "cms.LibraryImage"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "pptx", "csv", "txt", "zip"]
WAGTAILDOCS_EXTENSIONS += ["mp4", "webm", "mp3", "m4a", "ogg", "vtt"]  # what cms/played_blocks.py plays
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_FINISH_WORKFLOW_ACTION = "cms.workflows.publish_approved"
TAGGIT_CASE_INSENSITIVE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO", validate=log_level)},
    "loggers": {
        # One line for each page saved, index entry and request sent: nothing an operator acts on.
        "wagtail": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
