"""Long work of this app that a person waits for (cms/jobs.py)."""

import time

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from cms.jobs import JobError, Progress, checkpoint, job
from cms.models import Job
from nurture.contacts import offline, uploaded
from nurture.contacts.audience import Choice
from nurture.surveys import waves
from nurture.surveys.models import SurveyWave

SLICE_SECONDS = 2
INVITED_AT_ONCE = 20  # mails a transaction: it stays below 100 ms on SQLite
MAX_ROWS = 1000  # of refused rows that the report keeps; the others are only counted


def _tidy(row: Job) -> None:
    uploaded.forget(row.params["file"])


def _way_on(row: Job) -> tuple[str, str]:
    return _("To the contacts"), reverse("nurture:contacts")


@job(uploaded.KIND, tidy=_tidy, way_on=_way_on)
def import_events(row: Job) -> Progress:
    """One slice: rows from where the last one ended. A row that was stored already is counted as such."""
    try:
        sheet = offline.read(uploaded.load(row.params["file"]))
        columns = offline.mapping(sheet.header, row.params["columns"])
    except (offline.FileError, FileNotFoundError) as error:
        raise JobError(str(error)) from error
    point = row.resume_point or {"row": 0, "created": 0, "duplicate": 0, "refused": 0, "rows": []}
    started, total = time.monotonic(), len(sheet.rows)
    while point["row"] < total and time.monotonic() - started < SLICE_SECONDS:
        with transaction.atomic():
            done, report = next(offline.bring_in(sheet, columns, point["row"]))
            point = _grown(point, done, report, row.params["name"])
            checkpoint(row, done, point)
    told = {"summary": {name: point[name] for name in ("created", "duplicate", "refused")}, "rows": point["rows"]}
    left_out = max(point["refused"] - MAX_ROWS, 0)
    return Progress(point["row"], total, point, point["row"] >= total, told | {"left_out": left_out})


def _grown(point: dict, done: int, report: offline.Report, name: str) -> dict:
    notices = [notice.as_dict() | {"file": name} for notice in report.refused]
    return {
        "row": done,
        "created": point["created"] + report.created,
        "duplicate": point["duplicate"] + report.duplicate,
        "refused": point["refused"] + len(notices),
        "rows": (point["rows"] + notices)[:MAX_ROWS],
    }


@job(waves.KIND, way_on=waves.way_on)
def invite_to_survey(row: Job) -> Progress:
    """One slice: the next people of the audience, some at a time; each batch is committed with how far it came.

    Who has the mail already gets no second one, so a slice may run twice.
    """
    wave = SurveyWave.objects.select_related("survey", "template__live_revision").get(pk=row.params["wave"])
    if problem := waves.why_not(wave.survey, wave.template):
        raise JobError(problem)
    people = waves.recipients(wave.survey, Choice.of(wave.audience)).select_related("account")
    point = row.resume_point or {"after": 0, "done": 0, "mailed": 0}
    started = time.monotonic()
    while time.monotonic() - started < SLICE_SECONDS:
        some = list(people.filter(pk__gt=point["after"])[:INVITED_AT_ONCE])
        if not some:
            told = {"summary": {_("people"): point["done"], _("mails"): point["mailed"]}}
            return Progress(point["done"], point["done"], point, True, told)
        with transaction.atomic():
            mailed = sum(waves.invite(wave, contact) is not None for contact in some)
            point = {
                "after": some[-1].pk,
                "done": point["done"] + len(some),
                "mailed": point["mailed"] + mailed,
            }
            checkpoint(row, point["done"], point)
    return Progress(point["done"], max(wave.matched, point["done"]), point)
