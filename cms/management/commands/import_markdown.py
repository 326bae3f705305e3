"""Bring in a blog: a folder of Markdown files with front matter. Run again, nothing is doubled."""

import json
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from cms.importers import folder as folders
from cms.importers.items import RefusedError
from cms.importers.notices import Notice
from cms.importers.writing import CREATED, SKIPPED, UNCHANGED, UPDATED, Writer
from cms.models import HomePage, User


class Command(BaseCommand):
    help = (
        "Import a folder of Markdown files with front matter as pieces (drafts unless --publish). Repeatable: a file "
        "that was imported before is updated if it changed, else left alone. The report goes to stderr, one line of "
        "JSON to stdout: created, updated, unchanged, skipped, warnings."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", help="The folder; folders in it are read too.")
        parser.add_argument("--source", help="Name of the source, to find its pieces again (default: folder's name).")
        parser.add_argument("--publish", action="store_true", help="Publish new pieces at their original date.")
        parser.add_argument("--user", help="User name of who imports; shown in the history.")

    def handle(self, **options):
        folder = Path(options["folder"])
        writer = self._writer(folder, options)
        paths = folders.files(folder)
        if not paths:
            raise CommandError(f"{folder} holds no {' or '.join(folders.SUFFIXES)} file.")
        counts: Counter = Counter()
        warnings: list[Notice] = []
        for path in tqdm(paths, desc="Importing", unit="file", file=self.stderr._out, disable=options["verbosity"] < 1):
            try:
                item = folders.read(path, folder)
                done = writer.write(item)
                counts[done] += 1
                warnings += item.notices if done != UNCHANGED else []
            except RefusedError as error:
                counts[SKIPPED] += 1
                self._row("Skipped", error.notice)
        self._report(warnings, writer, options["verbosity"])
        answer = {key: counts[key] for key in (CREATED, UPDATED, UNCHANGED, SKIPPED)} | {"warnings": len(warnings)}
        self.stdout.write(json.dumps(answer))

    def _writer(self, folder: Path, options: dict) -> Writer:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder. Give the folder that holds the Markdown files.")
        if not HomePage.objects.exists():
            raise CommandError("There is no home page to put pieces under. Run  manage.py migrate  first.")
        user = User.objects.filter(username=options["user"]).first() if options["user"] else None
        if options["user"] and user is None:
            raise CommandError(f"There is no user {options['user']!r}. Give a user name as in Settings › Users.")
        source = f"markdown:{options['source'] or folder.resolve().name}"[:200]
        return Writer(source, folder, publish=options["publish"], user=user)

    def _row(self, kind: str, notice: Notice) -> None:
        where = f"{notice.file}:{notice.line}" if notice.line else notice.file
        self.stderr.write(f"{kind} {where}: {notice.why}. {notice.mend}")

    def _report(self, warnings: list[Notice], writer: Writer, verbosity: int) -> None:
        """Each warning with -v 2; else how many of each kind, with the first as an example."""
        if writer.new_topics:
            self.stderr.write(f"New topics ({len(writer.new_topics)}): {', '.join(sorted(writer.new_topics))}")
        if verbosity > 1:
            for notice in warnings:
                self._row("Warning", notice)
            return
        kinds: dict[str, list[Notice]] = {}
        for notice in warnings:
            kinds.setdefault(notice.why.split(":")[0], []).append(notice)
        for kind, notices in sorted(kinds.items(), key=lambda pair: -len(pair[1])):
            self._row(f"{len(notices)} × {kind}, first", notices[0])
        if warnings:
            self.stderr.write("Each warning with file and line:  --verbosity 2")
