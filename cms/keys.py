"""Keys of rows, as addresses and forms name them."""


def number(text: str | None) -> int:
    """A row's key; 0, which no row has, for anything else, and for more than a database can be asked for."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else 0
