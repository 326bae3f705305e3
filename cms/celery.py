"""The Celery app. Tasks only wake loops; nothing is stored in the broker (docs/architecture.md)."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")
app = Celery("lede")
app.conf.update(
    broker_url=settings.REDIS_URL or "memory://",
    task_ignore_result=True,
    task_time_limit=120,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 300},
)
app.autodiscover_tasks(lambda: settings.FIRST_PARTY_APPS)
