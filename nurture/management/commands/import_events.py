"""Bring in a file of what happened with contacts away from any browser."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from nurture.contacts import offline


class Command(BaseCommand):
    help = (
        "Import a CSV of meetings, calls, events attended …; ends with one JSON line. The same file again adds nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        for name in offline.COLUMNS:
            parser.add_argument(f"--{name.replace('_', '-')}", metavar="HEADER", help=f"the column of {name}")

    def handle(self, *, file, **options):
        """Read, map, store in bounded transactions, say what became of each row."""
        try:
            sheet = offline.read(file.read_bytes())
            named = {name: options[name] for name in offline.COLUMNS if options[name]}
            columns = offline.mapping(sheet.header, _with(sheet, named) if named else None)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except offline.FileError as error:
            raise CommandError(str(error)) from error
        total, before = offline.Report(), 0
        with tqdm(total=len(sheet.rows), unit="row") as bar:
            for done, report in offline.bring_in(sheet, columns):
                total.add(report)
                bar.update(done - before)
                before = done
        refused = [notice.as_dict() | {"file": str(file)} for notice in total.refused]
        self.stdout.write(json.dumps({"created": total.created, "duplicate": total.duplicate, "refused": refused}))


def _with(sheet: offline.Sheet, named: dict[str, str]) -> dict[str, str]:
    """The columns that were named, and for the others those whose header says what they are."""
    known = {cell.lower(): cell for cell in sheet.header}
    guessed = {
        name: next((known[word] for word in words if word in known), "")
        for name, (words, _label) in offline.COLUMNS.items()
    }
    return guessed | named
