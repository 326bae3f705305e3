"""The countries of the world with their two letters, as the time zone database names them."""

from functools import cache
from importlib.resources import files


@cache
def names() -> dict[str, str]:
    """{"DE": "Germany", …}, by name."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    rows = (line.split("\t", 1) for line in table.splitlines() if line and not line.startswith("#"))
    return dict(sorted(((code, name) for code, name in rows), key=lambda row: row[1].casefold()))
