"""What the operator chose, as every request needs it: read once, since asking Django's settings each time costs more
than what it decides."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signals import setting_changed


class Chosen(NamedTuple):
    """`country_header` is b"" without one; `own` is scheme and host of BASE_URL; `keys` are TRACKING_KEYS."""

    country_header: bytes
    is_behind_proxy: bool
    own: str
    keys: dict[str, bytes]

    @property
    def is_secure(self) -> bool:
        return self.own.startswith("https:")


def cached(function: Callable[..., Any], size: int = 1) -> Any:
    """`function`, its last `size` answers kept until a setting changes, as tests do."""
    kept = lru_cache(maxsize=size)(function)
    setting_changed.connect(lambda **_: kept.cache_clear(), weak=False)
    return kept


def _read() -> Chosen:
    parts = urlsplit(settings.BASE_URL)
    return Chosen(
        settings.COUNTRY_HEADER.lower().encode(),
        bool(getattr(settings, "SECURE_PROXY_SSL_HEADER", None)),
        f"{parts.scheme}://{parts.netloc}",
        settings.TRACKING_KEYS,
    )


read: Callable[[], Chosen] = cached(_read)
