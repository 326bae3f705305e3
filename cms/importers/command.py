"""What the commands `import_…` have in common: one run of the pipeline, told on stderr, counted in one line of JSON."""

import json
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from tqdm import tqdm

from cms import clock
from cms.importers import kinds, sources, uploads  # noqa: F401 -- `sources` registers all kinds
from cms.importers.archives import ArchiveError
from cms.importers.fetched import FetchedPictures
from cms.importers.pictures import Pictures
from cms.importers.runs import Run, steps
from cms.importers.writing import Writer
from cms.models import HomePage, ImportBatch, User

SHOWN_REASONS = 100


class ImportCommand(BaseCommand):
    """Brings in one source. Subclasses say the kind, and give `place` and the default name of the source."""

    kind: str
    any_size = False
    repeatable = (
        "Repeatable: what was imported before is updated if it changed, else left alone. The report goes to stderr, "
        "one line of JSON to stdout: created, updated, unchanged, skipped, warnings, and why things were skipped."
    )

    def add_arguments(self, parser):
        parser.add_argument("--source", help="Name of the source, to find its pieces again (default: the file's name).")
        parser.add_argument("--publish", action="store_true", help="Publish new pieces at their original date.")
        parser.add_argument("--user", help="User name of who imports; shown in the history.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would become of it; write nothing.")
        if kinds.PICTURES in kinds.get(self.kind).options:
            parser.add_argument("--pictures", action="store_true", help="Fetch pictures and PDFs of other hosts.")

    def place(self, options: dict) -> Path:
        """What is read. Raises CommandError when it is not there."""
        raise NotImplementedError

    def given_file(self, name: str) -> Path:
        """The file of that name, which must be there, not be empty, and not be larger than its kind reads at once."""
        path = Path(name)
        if not path.is_file():
            raise CommandError(f"{path} is not a file.")
        if not path.stat().st_size:
            raise CommandError(f"{path} is empty.")
        most = kinds.get(self.kind).max_bytes
        if path.stat().st_size > most and not self.any_size:
            sizes = f"{filesizeformat(path.stat().st_size)}, and at most {filesizeformat(most)} are read"
            raise CommandError(f"{path} has {sizes}. Bring it in in parts.")
        return path

    def source_name(self, options: dict, place: Path) -> str:
        """The name of the source where none was given."""
        return place.resolve().name

    def own_options(self, options: dict) -> dict:
        """What the kind's reader wants to know."""
        return {}

    def handle(self, **options):
        with tempfile.TemporaryDirectory() as fetched:
            options["fetched"] = Path(fetched)
            batch, reader, writer = self._ready(options)
            run, write = Run(), not options["dry_run"]
            try:
                self._go(run, reader, writer, options)
            except ArchiveError as error:
                raise CommandError(str(error)) from error
        report = run.report({})
        self._tell(report, options["verbosity"])
        reasons = [row for row in report["rows"] if row["what"] == "Skipped"][:SHOWN_REASONS]
        answer = run.counts | {"reasons": [_words(row) for row in reasons]}
        if run.ignored:
            answer["not_taken"] = run.ignored
        if write:
            ImportBatch.objects.filter(pk=batch.pk).update(counts=report["summary"])
        else:
            answer["dry_run"] = True
        self.stdout.write(json.dumps(answer, ensure_ascii=False))

    def _go(self, run: Run, reader: kinds.Reader, writer: Writer, options: dict) -> None:
        todo = steps(run, reader, writer, write=not options["dry_run"], checkpoint=lambda: None)
        quiet = options["verbosity"] < 1
        with tqdm(total=reader.total, desc="Importing", unit="item", file=self.stderr._out, disable=quiet) as bar:
            for _step in todo:
                bar.update()

    def _ready(self, options: dict) -> tuple[ImportBatch, kinds.Reader, Writer]:
        user = _user(options["user"])
        place, kind = self.place(options), kinds.get(self.kind)
        name = options["source"] or self.source_name(options, place)
        batch = ImportBatch(
            kind=self.kind, source=uploads.source_of(self.kind, name), file=place.name[:500], user=user,
            options=self.own_options(options) | {"publish": options["publish"]},
            state=ImportBatch.State.WRITTEN, started_at=clock.now(),
        )  # fmt: skip
        if uploads.under_way(batch.source):
            raise CommandError(f"An import of {batch.source} is at work in the admin. Wait until it has ended.")
        try:
            reader = kind.reader(place, batch.options)
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        if not options["dry_run"]:
            batch.save()
        fetches = bool(options.get("pictures")) and not options["dry_run"]
        kept = options["fetched"] / "pictures"
        pictures = FetchedPictures(reader.folder, kept=kept) if fetches else Pictures(reader.folder)
        return batch, reader, Writer(batch, pictures, publish=options["publish"], fetches=fetches)

    def _tell(self, report: dict, verbosity: int) -> None:
        """Each warning with -v 2; else how many of each kind, with the first as an example."""
        kinds_of: dict[str, list[dict]] = {}
        for row in report["rows"]:
            if row["what"] == "Warning" and verbosity < 2:
                kinds_of.setdefault(row["why"].split(":")[0], []).append(row)
            elif row["what"] == "New topics":
                self.stderr.write(f"New topics: {row['why']}")
            else:
                self.stderr.write(f"{row['what']} {_words(row)}")
        for why, rows in sorted(kinds_of.items(), key=lambda pair: -len(pair[1])):
            self.stderr.write(f"{len(rows)} × {why}, first {_words(rows[0])}")
        if kinds_of:
            self.stderr.write("Each warning with file and line:  --verbosity 2")


def _user(name: str | None) -> User | None:
    if not HomePage.objects.exists():
        raise CommandError("There is no home page to put pieces under. Run  manage.py migrate  first.")
    user = User.objects.filter(username=name).first() if name else None
    if name and user is None:
        raise CommandError(f"There is no user {name!r}. Give a user name as in Settings › Users.")
    return user


def _words(row: dict) -> str:
    where = f"{row['file']}:{row['line']}" if row["line"] else row["file"]
    return f"{where}: {row['why']}. {row['mend']}".strip()
