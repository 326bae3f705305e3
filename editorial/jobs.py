"""Long work of the newsroom that a person waits for (cms/jobs.py)."""

import time

from django.urls import reverse
from django.utils.translation import gettext as _

from cms.jobs import JobError, Progress, checkpoint, job
from cms.models import Job
from editorial.models import PlanBatch
from editorial.plans import batches, writing
from editorial.plans.writing import Report

SLICE_SECONDS = 2
TAKEN_AT_ONCE = 5  # entries a transaction


def _way_on(row: Job) -> tuple[str, str]:
    return _("To the calendar"), reverse("editorial:calendar") + "?shape=list"


def _tidy(row: Job) -> None:
    """Stopped half-way, what was brought in so far stays, and can be taken back."""
    batch = PlanBatch.objects.filter(pk=row.params["batch"], state=PlanBatch.State.WRITING).first()
    if batch:
        row.refresh_from_db(fields=["resume_point"])
        batches.close(batch, Report(**(row.resume_point or {})).counts)


@job(batches.IMPORT, tidy=_tidy, way_on=_way_on)
def import_plan(row: Job) -> Progress:
    """One slice: rows from where the last one ended."""
    batch = PlanBatch.objects.filter(pk=row.params["batch"]).first()
    if batch is None:
        raise JobError(_("The plan is gone. Upload the file again."))
    report = Report(**(row.resume_point or {}))
    told = {"summary": report.counts, "rows": report.rows}
    if batch.state != PlanBatch.State.WRITING:  # its worker died after the last row
        return Progress(report.at, report.at, vars(report), True, told)
    reader, total = writing.reader_of(batch, report.at), len(batch.rows) - 1
    started, more = time.monotonic(), True
    while more and time.monotonic() - started < SLICE_SECONDS:
        more = writing.bring_in(batch, report, reader, lambda: checkpoint(row, report.at, vars(report)))
    if not more:
        batches.close(batch, report.counts)
    told = {"summary": report.counts, "rows": [line | {"file": batch.file} | _what(line) for line in report.rows]}
    return Progress(report.at, total, vars(report), not more, told)


def _what(line: dict) -> dict:
    """The report says which row, in the file, and its title."""
    return {"what": line["file"] or _("(no title)")}


@job(batches.UNDO, way_on=_way_on)
def undo_plan(row: Job) -> Progress:
    """One slice: the next entries of the batch; those that somebody touched stay."""
    batch = PlanBatch.objects.select_related("user").get(pk=row.params["batch"])
    point = row.resume_point or {"after": 0, "removed": 0, "left": 0}
    started, ended = time.monotonic(), False
    while not ended and time.monotonic() - started < SLICE_SECONDS:
        point, ended = batches.take_back(batch, row, point, TAKEN_AT_ONCE)
    done = point["removed"] + point["left"]
    told = {"summary": {"removed": point["removed"], "left": point["left"]}}
    return Progress(done, done + (0 if ended else batches.still_made(batch, point["after"])), point, ended, told)
