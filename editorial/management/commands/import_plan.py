"""Bring a plan in from a spreadsheet: made, changed, left or refused, row by row."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from cms.importers.archives import ArchiveError
from cms.models import User
from editorial.models import PlanBatch
from editorial.plans import batches, writing
from editorial.plans.columns import FIELDS
from editorial.plans.writing import Report


class Command(BaseCommand):
    help = (
        "Brings a plan (CSV or XLSX) into the editorial calendar. Repeatable: the second run changes nothing. What was "
        "refused goes to stderr, one line of JSON to stdout: created, updated, unchanged, skipped, reasons."
    )

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--dry-run", action="store_true", help="Say what would become of it; write nothing.")
        parser.add_argument("--source", default="Content plan", help="Name of the plan, to know its rows again.")
        parser.add_argument("--user", help="User name of who imports; shown in the history.")
        parser.add_argument("--dates", choices=PlanBatch.Order.values, default="", help="How 3/4/2027 is meant.")
        parser.add_argument(
            "--column", action="append", default=[], metavar="NAME=FIELD",
            help=f"What a column means: {', '.join(FIELDS)}, or nothing to leave it out.",
        )  # fmt: skip

    def handle(self, **options):
        batch = self._batch(options)
        if problem := writing.lacking(batch):
            raise CommandError(f"{problem} Use --column NAME=title, or --dates dmy or --dates mdy.")
        report, write = Report(), not options["dry_run"]
        if write:
            batch.state, rows = PlanBatch.State.WRITING, batch.rows
            batch.rows = []
            batch.save()
            batch.rows, reader = rows, writing.reader_of(batch)
            while writing.bring_in(batch, report, reader, lambda: None):
                pass
            batches.close(batch, report.counts)
        else:
            for fate in writing.look(batch):
                report.add(fate)
        for reason in report.rows:
            self.stderr.write(_words(reason))
        answer = report.counts | {"reasons": [_words(reason) for reason in report.rows[:100]]}
        self.stdout.write(json.dumps(answer | ({} if write else {"dry_run": True}), ensure_ascii=False))

    def _batch(self, options: dict) -> PlanBatch:
        path, name = Path(options["file"]), options["user"]
        if not path.is_file():
            raise CommandError(f"{path} is not a file.")
        if path.suffix.lower() not in writing.SUFFIXES:
            raise CommandError(f"{path.name} is none of these: {', '.join(writing.SUFFIXES)}.")
        if path.stat().st_size > writing.MAX_BYTES:
            raise CommandError(f"{path.name} has more than 5 MB. Bring it in in parts.")
        user = User.objects.filter(username=name).first() if name else None
        if name and user is None:
            raise CommandError(f"There is no user {name!r}. Give a user name as in Settings › Users.")
        try:
            rows = writing.read(path.read_bytes(), path.suffix.lower())
        except ArchiveError as error:
            raise CommandError(f"{path.name}: {error}") from error
        batch = writing.new_batch(options["source"][:100], path.name, rows, user)
        batch.order = options["dates"]
        self._say_columns(batch, options["column"])
        return batch

    def _say_columns(self, batch: PlanBatch, said: list[str]) -> None:
        names = writing.head_of(batch)
        for one in said:
            name, _equals, field = one.rpartition("=")
            if name not in names or (field and field not in FIELDS):
                known = ", ".join(FIELDS)
                raise CommandError(f"--column {one}: no column {name!r} or field {field!r}. Fields: {known}.")
            batch.columns = ["" if other == field else other for other in batch.columns]
            batch.columns[names.index(name)] = field


def _words(reason: dict) -> str:
    return f"row {reason['line']} ({reason['file'] or 'no title'}): {reason['why']}. {reason['mend']}".strip()
