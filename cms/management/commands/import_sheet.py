"""Bring in an inventory of pieces from a spreadsheet. Run again, nothing is doubled."""

from pathlib import Path

from django.core.management.base import CommandError

from cms.importers import columns, kinds
from cms.importers.archives import ArchiveError
from cms.importers.command import ImportCommand


class Command(ImportCommand):
    kind = "sheet"
    help = (
        "Import an inventory, a row a piece that lives elsewhere (drafts unless --publish). " + ImportCommand.repeatable
    )

    def add_arguments(self, parser):
        parser.add_argument("file", help="A .csv, .tsv or .xlsx file; the first row names the columns.")
        named = ", ".join(columns.FIELDS)
        parser.add_argument(
            "--column", action="append", default=[], metavar="NAME=FIELD", help=f"What a column means; fields: {named}."
        )
        super().add_arguments(parser)

    def place(self, options: dict) -> Path:
        path = self.given_file(options["file"])
        if path.suffix.lower() not in kinds.get(self.kind).suffixes:
            raise CommandError(f"{path.name} is none of these: {', '.join(kinds.get(self.kind).suffixes)}.")
        return path

    def own_options(self, options: dict) -> dict:
        """The field of each column: as the file names it, unless --column says otherwise."""
        try:
            names, _first = kinds.get(self.kind).preview(Path(options["file"]))
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        found = columns.recognised(names)
        for given in options["column"]:
            name, _equals, field = given.rpartition("=")
            if name not in names or field not in columns.FIELDS:
                raise CommandError(f"--column {given}: give one of  {', '.join(names)}  and a field.")
            found = ["" if known == field else known for known in found]
            found[names.index(name)] = field
        left = [name for name, field in zip(names, found, strict=True) if name and not field]
        if left:
            self.stderr.write(f"Left out: {', '.join(left)}. Say what a column means by --column NAME=FIELD.")
        return {"columns": found}
