"""Files that a person uploaded in the admin, brought in by a job: one folder a job under VAR_DIR/imports/.

The folder goes when the job is done or stopped. A failed job keeps it for KEPT, so that it can go on.
"""

import shutil
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from cms import clock, jobs
from cms.importers import archives
from cms.importers import folder as folders
from cms.importers.archives import ArchiveError
from cms.importers.items import Item, RefusedError
from cms.importers.notices import Notice
from cms.importers.writing import CREATED, SKIPPED, UNCHANGED, UPDATED, Writer
from cms.models import HomePage, Job

KIND = "import markdown"
SLICE_FILES, SLICE_SECONDS = 20, 2
MAX_ROWS = 1000  # of skipped files, as many of warnings and of new topics; what is beyond is only counted
MAX_ROWS_A_FILE = 20
KEPT = timedelta(days=7)
COUNTED = (CREATED, UPDATED, UNCHANGED, SKIPPED, "warnings")
OPEN = (Job.State.QUEUED, Job.State.RUNNING)


def source_of(name: str) -> str:
    """The source as the writer knows it, the same that `manage.py import_markdown --source NAME` uses."""
    return f"markdown:{name}"[:200]


def under_way(source: str) -> bool:
    """Is an import of this source (a name) not at its end yet?"""
    rows = Job.objects.filter(kind=KIND, state__in=OPEN).values_list("params", flat=True)
    return any(params.get("source") == source for params in rows)


def start(upload: File, source: str, *, publish: bool, user) -> Job:
    """Unpack an uploaded .zip, or take a single Markdown file, and queue the job that brings it in.

    Raises ArchiveError, in words for the person who uploaded it; then nothing is left behind.
    """
    sweep()
    name = PurePosixPath((upload.name or "").replace("\\", "/")).name
    incoming = Path(tempfile.mkdtemp(prefix="incoming-", dir=_top()))
    try:
        if name.lower().endswith(folders.SUFFIXES):
            _save(upload, incoming / name)
        else:
            archives.unpack(upload, incoming)
        params = {"file": name, "source": source, "publish": publish}
        return _queue(incoming, params, user)
    except OSError as error:
        why = _("The server could not store the files: %s.") % error.strerror
        raise ArchiveError(why, _("Tell who runs it; nothing was brought in.")) from error
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _queue(incoming: Path, params: dict, user) -> Job:
    """The job and its folder become visible to workers together."""
    title = _("Import of %(file)s as “%(source)s”") % params
    with transaction.atomic():
        job = jobs.start(KIND, title[:200], params, user)
        log(job, "import.upload", user=user, data=params)
        incoming.rename(place(job))
    return job


def _save(upload: File, path: Path) -> None:
    with path.open("xb") as stream:
        for chunk in upload.chunks():
            stream.write(chunk)


def _top() -> Path:
    top = Path(settings.VAR_DIR) / "imports"
    top.mkdir(parents=True, exist_ok=True)
    return top


def place(job: Job) -> Path:
    """Where the files of a job lie."""
    return _top() / str(job.pk)


def root(folder: Path) -> Path:
    """Where paths begin: a folder that holds all there is does not count, so it may be packed with or without it."""
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def remove(job: Job) -> None:
    """Clear the files of a job away."""
    shutil.rmtree(place(job), ignore_errors=True)


def sweep() -> None:
    """Remove what killed processes left behind, and the files of jobs that failed more than KEPT ago."""
    now = clock.now()
    resumable = Q(state__in=OPEN) | Q(state=Job.State.FAILED, finished_at__gt=now - KEPT)
    needed = {str(pk) for pk in Job.objects.filter(resumable, kind=KIND).values_list("pk", flat=True)}
    for path in _top().iterdir():
        young = path.name.startswith("incoming-") and path.stat().st_mtime > (now - timedelta(days=1)).timestamp()
        if path.name not in needed and not young:
            shutil.rmtree(path, ignore_errors=True)


@dataclass
class Run:
    """How far a job came: files done, numbers, and report rows that are not yet in the job's report."""

    at: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    left_out: int = 0
    rows: list[dict] = field(default_factory=list)

    def tell(self, what: str, notices: list[Notice]) -> None:
        """Add rows to the report, not more of one file than a person reads."""
        self.rows += [{"what": what, **notice.as_dict()} for notice in notices[:MAX_ROWS_A_FILE]]
        self.left_out += len(notices[MAX_ROWS_A_FILE:])

    def point(self) -> dict:
        """The resume point, as JSON."""
        return {"at": self.at, "counts": self.counts, "left_out": self.left_out, "rows": self.rows}

    def report(self, before: dict) -> dict:
        """The report with the new rows in it: skipped files, warnings, new topics. Takes the rows out of the run."""
        kept: dict[str, list[dict]] = {what: [] for what in (_("Skipped"), _("Warning"), _("New topics"))}
        for row in before.get("rows", []) + self.rows:
            kept[row["what"]].append(row)
        self.left_out += sum(len(rows[MAX_ROWS:]) for rows in kept.values())
        self.rows = []
        shown = [row for rows in kept.values() for row in rows[:MAX_ROWS]]
        return {"summary": self.counts, "rows": shown, "left_out": self.left_out}


def _to_the_pieces(job: Job) -> tuple[str, str]:
    return _("Classify the pieces"), reverse("assets:index") + "?missing=stage"


@jobs.job(KIND, tidy=remove, way_on=_to_the_pieces)
def bring_in(job: Job) -> jobs.Progress:
    """The next files of an uploaded folder. Each is written together with the checkpoint behind it, so once."""
    if not place(job).is_dir():
        why = _("The uploaded files are no longer there.")
        raise jobs.JobError(f"{why} {_('Upload them again: what is in the library already is left alone.')}")
    folder = root(place(job))
    paths = folders.files(folder)
    run = Run(**(job.resume_point or {}))
    todo = paths[run.at : run.at + SLICE_FILES]
    writer = _writer(job, folder, [path.relative_to(folder).as_posix() for path in todo])
    end_at = time.monotonic() + SLICE_SECONDS
    for path in todo:
        _take(job, run, writer, path)
        if time.monotonic() > end_at:
            break
    report = run.report(job.report)
    return jobs.Progress(run.at, len(paths), run.point(), finished=run.at >= len(paths), report=report)


def _writer(job: Job, folder: Path, keys: list[str]) -> Writer:
    """Who asked for it may publish, or not: asked at each slice, as rights can be taken away meanwhile."""
    home, user = HomePage.objects.get(), job.created_by
    may_publish = bool(user) and home.permissions_for_user(user).can_publish_subpage()
    source = source_of(job.params["source"])
    return Writer(source, folder, publish=job.params["publish"], user=user, may_publish=may_publish, keys=keys)


def _take(job: Job, run: Run, writer: Writer, path: Path) -> None:
    """One file, whole or not at all, and the report's rows about it."""
    with transaction.atomic():
        try:
            item = folders.read(path, writer.folder)
            outcome = writer.write(item)
        except RefusedError as error:
            outcome = SKIPPED
            run.tell(_("Skipped"), [error.notice])
        if outcome in (CREATED, UPDATED):
            _tell_of(run, writer, item)
        run.at += 1
        run.counts[outcome] += 1
        jobs.checkpoint(job, run.at, run.point())


def _tell_of(run: Run, writer: Writer, item: Item) -> None:
    run.tell(_("Warning"), item.notices)
    run.counts["warnings"] += len(item.notices)
    if writer.new_topics:
        names = ", ".join(writer.new_topics)
        mend = _("Join what means the same under Library › Topics.")
        run.tell(_("New topics"), [Notice(0, names, mend, item.key)])
        writer.new_topics.clear()
