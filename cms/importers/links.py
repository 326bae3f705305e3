"""Links between imported pieces: found by the addresses that the pieces had where they came from."""

import re
from html import unescape
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from bs4 import BeautifulSoup

from cms.models import ImportedAddress

MAX_ADDRESS = 500
LINK = re.compile(r'<a href="([^"]*)">')


def split(address: str) -> SplitResult:
    """The parts of an address that others wrote; all of them empty where it is none, such as http://[."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def joined(base: str, address: str) -> str:
    """`address` as it is meant at `base`; empty where one of them is none."""
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def own_path(address: str) -> list[str]:
    """The path of an address, if it is one that could lead to a single piece here; as a list of one, or none."""
    parts = split(address)
    return [parts.path] if parts.path.strip("/") and not parts.query else []


def normal(address: str, base: str = "") -> str:
    """One spelling of an address: no scheme, no www., no last slash, no fragment. Empty for what leads to no piece."""
    parts = split(joined(base, address.strip()))
    if parts.scheme not in ("", "http", "https") or not (parts.path.strip("/") or parts.query):
        return ""
    host = parts.netloc.lower().removeprefix("www.")
    found = f"{host}/{unquote(parts.path).strip('/')}" + (f"?{parts.query}" if parts.query else "")
    return found if len(found) <= MAX_ADDRESS else ""


def find(source: str, addresses: list[str]) -> dict[str, int]:
    """{normal address: id of the page} of those under which a piece of this source was found. One query."""
    if not addresses:
        return {}
    rows = ImportedAddress.objects.filter(source=source, address__in=addresses)
    return dict(rows.values_list("address", "item__page_id"))


class Links:
    """The links of one text. Those to known pieces become links to them; the others stay, and are kept as open."""

    def __init__(self, source: str, base: str):
        self.source, self.base = source, base
        self.open: list[str] = []

    def resolve(self, soup: BeautifulSoup) -> None:
        """Change the links of a cleaned tree; those that stay become absolute, as far as the base is known."""
        own_host = host(self.base)
        links = {}
        for link in soup.find_all("a", href=True):
            to = "" if link["href"].startswith("#") else normal(link["href"], self.base)
            if to and to.partition("/")[0] == own_host:
                links[link] = to
                link["href"] = urljoin(self.base, link["href"].strip())
        pages = find(self.source, list(set(links.values())))
        for link, to in links.items():
            if to in pages:
                del link["href"]
                link["id"], link["linktype"] = str(pages[to]), "page"
        self.open = sorted({to for to in links.values() if to not in pages})


def host(address: str) -> str:
    """The host of an address, without www.; empty for none."""
    return split(address).netloc.lower().removeprefix("www.")


def rewrite(html: str, pages: dict[str, int]) -> str:
    """Stored rich text, with links to the pieces that are known by now ({normal address: page id})."""

    def replace(match):
        page = pages.get(normal(unescape(match[1])))
        return f'<a id="{page}" linktype="page">' if page else match[0]

    return LINK.sub(replace, html)
