"""What a spreadsheet would calculate instead of showing, in whatever we hand out as CSV (OWASP: CSV injection)."""

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


def escaped(text: str) -> str:
    """Text that no spreadsheet takes for a formula: what looks like one begins with an apostrophe."""
    return f"'{text}" if text.startswith(BEGINNINGS) else text
