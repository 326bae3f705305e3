"""Bring in a WordPress export. Run again, nothing is doubled."""

from pathlib import Path

from cms.importers import kinds
from cms.importers.command import ImportCommand


class Command(ImportCommand):
    kind = "wxr"
    any_size = True  # it is read item by item
    help = "Import the posts of a WordPress export (drafts unless --publish). " + ImportCommand.repeatable

    def add_arguments(self, parser):
        parser.add_argument("file", help="The .xml file of Tools › Export in WordPress; of any size.")
        parser.add_argument("--pages", action="store_true", help="Take pages too, not only posts.")
        super().add_arguments(parser)

    def place(self, options: dict) -> Path:
        return self.given_file(options["file"])

    def own_options(self, options: dict) -> dict:
        return {kinds.PAGES: options["pages"]}
