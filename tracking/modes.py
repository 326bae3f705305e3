"""How much may be recorded of a reader, by the operator's choice and the reader's country (docs/consent.md).

off             nothing            deliverability  counts, and the date on which a mail was last opened
aggregate       counts, nobody is told apart       consented  with a yes: which browser, which contact
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import maxminddb
from django.conf import settings

from cms import optout
from cms.feedback import readers

OFF, AGGREGATE, DELIVERABILITY, CONSENTED = "off", "aggregate", "deliverability", "consented"
MODES = (OFF, AGGREGATE, DELIVERABILITY, CONSENTED)  # the strictest first
EVERYWHERE = "*"
BANNER = "banner"


def of_country(country: str) -> str:
    """The mode for readers in this country (two letters); for an unknown one the strictest that is in use."""
    modes = settings.TRACKING_CONSENT
    if country:
        return modes.get(country.upper(), modes[EVERYWHERE])
    return strictest(modes.values())


def strictest(modes: Iterable[str]) -> str:
    """The one that records least."""
    return min(modes, key=MODES.index)


@lru_cache(maxsize=4096)
def of_reader(told: str, address: str) -> str:
    """The mode for a request: `told` is the operator's header with the country ("" without one)."""
    if len(set(settings.TRACKING_CONSENT.values())) == 1:
        return settings.TRACKING_CONSENT[EVERYWHERE]
    return of_country(told if is_country(told) else "" if settings.COUNTRY_HEADER else country_of(address))


def is_country(text: str) -> bool:
    """Two letters that some country has; proxies write XX or T1 for “unknown”."""
    return len(text) == 2 and text.isascii() and text.isalpha() and text.upper() not in ("XX", "ZZ")


def country_of(address: str) -> str:
    """The country of a network address by the file on disk, "" when it is not in there or there is no file."""
    reader = countries()
    try:
        found = reader.get(address) if reader else None
    except ValueError:  # no address
        return ""
    return str(found.get("country_code", "")) if isinstance(found, dict) else ""


@lru_cache(maxsize=1)
def countries() -> maxminddb.Reader | None:
    """The file of countries, opened once; None where it is not installed."""
    path = Path(settings.COUNTRIES_FILE)
    return maxminddb.open_database(path) if path.is_file() else None


def of_django(request) -> str:
    """The mode for a page that Django serves."""
    header = settings.COUNTRY_HEADER
    told = request.headers.get(header, "") if header else ""
    return of_reader(told, readers.address(request))


def objects(request) -> bool:
    """Does this browser say Global Privacy Control or Do Not Track?"""
    return bool(optout.signal(request))


def forget() -> None:
    """Read settings and file anew: for tests."""
    of_reader.cache_clear()
    countries.cache_clear()
