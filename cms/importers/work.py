"""The jobs behind Library › Import: they look through a batch, and write it, slice by slice."""

import time

from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cms import jobs
from cms.importers import fetched, kinds, uploads
from cms.importers.archives import ArchiveError
from cms.importers.fetched import FetchedPictures, OutOfTimeError
from cms.importers.pictures import Pictures
from cms.importers.runs import Run, steps
from cms.importers.writing import Writer
from cms.models import HomePage, ImportBatch, Job

SLICE_ENTRIES, SLICE_SECONDS = 20, 2
State = ImportBatch.State


def _batch_of(job: Job) -> ImportBatch:
    return ImportBatch.objects.select_related("user").get(pk=job.params["batch"])


def _to_the_batch(job: Job) -> tuple[str, str]:
    return _("See what it would do"), reverse("imports:batch", args=[job.params["batch"]])


def _to_the_pieces(job: Job) -> tuple[str, str]:
    return _("Classify the pieces"), reverse("assets:index") + "?missing=stage"


def _tidy_look(job: Job) -> None:
    """Looked through, the files wait for who uploaded them; stopped, they go."""
    job.refresh_from_db(fields=["state"])
    if job.state == Job.State.CANCELLED:
        ImportBatch.objects.filter(pk=job.params["batch"]).update(state=State.DISCARDED)
        _tidy_write(job)


def _tidy_write(job: Job) -> None:
    uploads.remove(job.params["batch"])


@jobs.job(uploads.LOOK, tidy=_tidy_look, way_on=_to_the_batch)
def look_through(job: Job) -> jobs.Progress:
    """The next entries of a batch, with what would become of them; nothing is written."""
    progress = _slice(job, write=False)
    if progress.finished:
        ImportBatch.objects.filter(pk=job.params["batch"]).update(state=State.LOOKED)
    return progress


@jobs.job(uploads.WRITE, tidy=_tidy_write, way_on=_to_the_pieces)
def bring_in(job: Job) -> jobs.Progress:
    """The next entries of a batch. Each is written together with the checkpoint behind it, so once."""
    return _slice(job, write=True)


def _slice(job: Job, *, write: bool) -> jobs.Progress:
    batch = _batch_of(job)
    if not (uploads.place(batch) / "source").is_dir():
        why = _("The uploaded files are no longer there.")
        raise jobs.JobError(f"{why} {_('Upload them again: what is in the library already is left alone.')}")
    run = Run(**(job.resume_point or {}))
    end_at = time.monotonic() + SLICE_SECONDS
    finished = False
    try:
        reader = _reader_of(batch)
        writer = writer_of(batch, _pictures_of(batch, reader, write))
        writer.tags.told = {name for row in job.report.get("rows", []) for name in topics_in(row)}
        todo = steps(run, reader, writer, write=write, checkpoint=_keeper(job, run) if write else _keep_nothing)
        for number in range(SLICE_ENTRIES if write else 50 * SLICE_ENTRIES):
            finished = next(todo, todo) is todo
            if finished or (number and time.monotonic() > end_at):
                break
    except ArchiveError as error:
        raise jobs.JobError(str(error)) from error
    except OutOfTimeError:
        finished = False
    report = run.report(job.report)
    ImportBatch.objects.filter(pk=batch.pk).update(counts=report["summary"])
    return jobs.Progress(run.done, max(reader.total, run.done), run.point(), finished=finished, report=report)


def _reader_of(batch: ImportBatch) -> kinds.Reader:
    """Reads the batch's files; those of an address are fetched first."""
    kind, place = kinds.get(batch.kind), uploads.place(batch) / "source"
    if batch.options.get("address") and not any(path.stem == "source" for path in place.iterdir()):
        kind.fetch(batch.options["address"], place)
    return kind.reader(place, batch.options)


def _pictures_of(batch: ImportBatch, reader: kinds.Reader, write: bool) -> Pictures:
    """Looking through fetches no pictures: nobody agreed to that yet."""
    if not (write and batch.options.get(kinds.PICTURES)):
        return Pictures(reader.folder)
    end_at = time.monotonic() + fetched.SLICE_SECONDS
    return FetchedPictures(reader.folder, kept=uploads.place(batch) / "fetched", end_at=end_at)


def _keeper(job: Job, run: Run):
    return lambda: jobs.checkpoint(job, run.done, run.point())


def _keep_nothing() -> None:
    """Nothing is written, so nothing is done twice."""


def topics_in(row: dict) -> list[str]:
    """The slugs of the topics that a row of the report names."""
    return [slugify(name) for name in row["why"].split(", ")] if row["what"] == _("New topics") else []


def writer_of(batch: ImportBatch, pictures: Pictures) -> Writer:
    """Who asked for it may publish, or not: asked at each slice, as rights can be taken away meanwhile."""
    may_publish = bool(batch.user) and HomePage.objects.get().permissions_for_user(batch.user).can_publish_subpage()
    publish = bool(batch.options.get("publish"))
    fetches = bool(batch.options.get(kinds.PICTURES))
    return Writer(batch, pictures, publish=publish, may_publish=may_publish, fetches=fetches)
