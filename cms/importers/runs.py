"""One run of an import, by a job or by a command: looks through a source, or brings it in, entry by entry.

After the last entry the links of earlier pieces to later ones are put right. Whatever is done twice changes nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from cms.importers import links
from cms.importers.items import Ignored, Item, RefusedError, ready
from cms.importers.kinds import Entry, Reader
from cms.importers.notices import Notice
from cms.importers.writing import CREATED, SKIPPED, UNCHANGED, UPDATED, Plan, Writer
from cms.models import ImportedItem

MAX_ROWS = 1000  # of skipped entries, as many of warnings and of new topics; what is beyond is only counted
MAX_ROWS_AN_ITEM = 20
COUNTED = (CREATED, UPDATED, UNCHANGED, SKIPPED, "warnings")


@dataclass
class Run:
    """How far it came: where to read on, numbers, and report rows that are not yet in the report."""

    at: object = None
    done: int = 0
    linked: int | None = None  # None while entries are left; then the last item whose links were looked at
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    ignored: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    rows: list[dict] = field(default_factory=list)

    def tell(self, what: str, notices: list[Notice]) -> None:
        """Add rows to the report, not more of one item than a person reads."""
        self.rows += [{"what": what, **notice.as_dict()} for notice in notices[:MAX_ROWS_AN_ITEM]]
        self.left_out += len(notices[MAX_ROWS_AN_ITEM:])

    def point(self) -> dict:
        """The resume point, as JSON."""
        return dict(vars(self))

    def report(self, before: dict) -> dict:
        """The report with the new rows in it: skipped entries, warnings, new topics. Takes the rows out of the run."""
        kept: dict[str, list[dict]] = {what: [] for what in (_("Skipped"), _("Warning"), _("New topics"))}
        for row in before.get("rows", []) + self.rows:
            kept.setdefault(row["what"], []).append(row)
        self.left_out += sum(len(rows[MAX_ROWS:]) for rows in kept.values())
        self.rows = []
        shown = [row for rows in kept.values() for row in rows[:MAX_ROWS]]
        ignored = {_("not taken: %s") % what: number for what, number in self.ignored.items()}
        return {"summary": self.counts | ignored, "rows": shown, "left_out": self.left_out}

    def take(self, entry: Entry, at, writer: Writer, *, write: bool, checkpoint: Callable[[], None]) -> None:
        """One entry, whole or not at all, together with the checkpoint behind it; with `write` off nothing is made."""
        item, plan, refused = _planned(entry, writer)
        with transaction.atomic() if write else nullcontext():
            if plan and write:
                try:
                    writer.write(item, plan)
                except RefusedError as error:
                    refused = error.notice
            self.at, self.done = at, self.done + 1
            self._count(entry, item, plan, refused)
            checkpoint()

    def _count(self, entry: Entry, item: Item | None, plan: Plan | None, refused: Notice | None) -> None:
        if isinstance(entry, Ignored):
            self.ignored[entry.what] = self.ignored.get(entry.what, 0) + 1
        elif refused:
            self.counts[SKIPPED] += 1
            self.tell(_("Skipped"), [refused])
        else:
            self.counts[plan.outcome] += 1
            if plan.outcome != UNCHANGED:
                self.counts["warnings"] += len(item.notices)
                self.tell(_("Warning"), item.notices)
            if plan.new_topics:
                mend = _("Join what means the same under Library › Topics.")
                self.tell(_("New topics"), [Notice(0, ", ".join(plan.new_topics), mend, item.key)])

    def link(self, writer: Writer, checkpoint: Callable[[], None]) -> bool:
        """The next piece whose links were open: those that lead to known pieces now are put right. False: none left."""
        open_ones = ImportedItem.objects.filter(source=writer.source, pk__gt=self.linked or 0).exclude(open_links="")
        row = open_ones.select_related("page").order_by("pk").first()
        if row is None:
            return False
        pages = links.find(writer.source, row.open_links.split("\n"))
        with transaction.atomic():
            if pages:
                writer.relink(row, pages)
            self.linked = row.pk
            checkpoint()
        return True


def _planned(entry: Entry, writer: Writer) -> tuple[Item | None, Plan | None, Notice | None]:
    """The item, what will become of it, and why it was refused; each as far as there is one."""
    if isinstance(entry, Notice):
        return None, None, entry
    if isinstance(entry, Ignored):
        return None, None, None
    try:
        item = ready(entry)
        return item, writer.plan(item), None
    except RefusedError as error:
        return None, None, error.notice


def steps(run: Run, reader: Reader, writer: Writer, *, write: bool, checkpoint: Callable[[], None]) -> Iterator[None]:
    """Do the run from where it is, one entry or piece at each step. At its end `run.linked` is a number."""
    if run.linked is None:
        for entry, at in reader.entries(run.at):
            run.take(entry, at, writer, write=write, checkpoint=checkpoint)
            yield
        run.linked = 0
    while write and run.link(writer, checkpoint):
        yield
