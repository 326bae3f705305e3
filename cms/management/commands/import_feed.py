"""Bring in an RSS or Atom feed. Run again, nothing is doubled."""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.management.base import CommandError

from cms.importers import kinds
from cms.importers.archives import ArchiveError
from cms.importers.command import ImportCommand


class Command(ImportCommand):
    kind = "feed"
    help = "Import the entries of an RSS or Atom feed (drafts unless --publish). " + ImportCommand.repeatable

    def add_arguments(self, parser):
        parser.add_argument("feed", help="A file, or an address that begins with http:// or https://.")
        parser.add_argument("--point", action="store_true", help="Only point at the originals; copy nothing.")
        super().add_arguments(parser)

    def place(self, options: dict) -> Path:
        address = options["feed"]
        if not address.startswith(("http://", "https://")):
            return self.given_file(address)
        folder = options["fetched"] / "source"
        folder.mkdir()
        try:
            kinds.get(self.kind).fetch(address, folder)
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        return folder / "source.xml"

    def source_name(self, options: dict, place: Path) -> str:
        return urlsplit(options["feed"]).hostname or super().source_name(options, place)

    def own_options(self, options: dict) -> dict:
        return {kinds.POINT: options["point"]}
