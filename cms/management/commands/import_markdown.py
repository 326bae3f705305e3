"""Bring in a blog: a folder of Markdown files with front matter. Run again, nothing is doubled."""

from pathlib import Path

from django.core.management.base import CommandError

from cms.importers import folder as folders
from cms.importers.command import ImportCommand


class Command(ImportCommand):
    kind = "markdown"
    help = (
        "Import a folder of Markdown files with front matter as pieces (drafts unless --publish). "
        + ImportCommand.repeatable
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", help="The folder; folders in it are read too.")
        super().add_arguments(parser)

    def place(self, options: dict) -> Path:
        folder = Path(options["folder"])
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder. Give the folder that holds the Markdown files.")
        if not folders.files(folder):
            raise CommandError(f"{folder} holds no {' or '.join(folders.SUFFIXES)} file.")
        return folder
