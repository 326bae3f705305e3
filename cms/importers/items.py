"""What every source gives and the writer takes: one piece, with what could not be read told beside it."""

from dataclasses import dataclass, field
from datetime import datetime

from cms.importers.notices import Notice


class RefusedError(Exception):
    """This one cannot be taken over; the rest goes on."""

    def __init__(self, notice: Notice):
        super().__init__(notice.why)
        self.notice = notice


@dataclass
class Item:
    """One piece of a source. `key` finds it again in that source; `content_hash` tells whether it changed."""

    key: str
    content_hash: str
    title: str
    slug: str
    text: str
    first_line: int = 1
    published_at: datetime | None = None
    authors: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    summary: str = ""
    cover: str = ""
    notices: list[Notice] = field(default_factory=list)

    def tell(self, why: str, mend: str = "", line: int = 0) -> None:
        """Add a row to the report of this piece; `line` counts in the file."""
        self.notices.append(Notice(line, why, mend, self.key))
