"""Tagging many pieces at once: as new versions, one piece a transaction, never publishing somebody's draft."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms import jobs, versions
from cms.importers.notices import Notice
from cms.models import AssetPage, BuyingStage, Job, Objection, Persona, Topic

KIND = "classify pieces"
SLICE_PIECES, SLICE_SECONDS = 20, 2
MAX_ROWS = 1000
UNCHANGED, SKIPPED = "unchanged", "skipped"


class SkippedError(Exception):
    """A piece that is left as it is: `args` are why, and how to mend it."""


@dataclass(frozen=True)
class Tags:
    """What to set (a stage's id and a format's key, where given) and what to add (ids), beside what is there."""

    stage: int | None = None
    format: str = ""
    personas: Sequence[int] = ()
    topics: Sequence[int] = ()
    objections: Sequence[int] = ()


def start(ids: Iterable[int], tags: Tags, user) -> Job:
    """Queue the work; its screen shows how far it is and what was left alone."""
    ids = sorted(set(ids))
    title = ngettext("Classify %(n)s piece", "Classify %(n)s pieces", len(ids)) % {"n": len(ids)}
    return jobs.start(KIND, title, {"ids": ids, "tags": asdict(tags)}, user)


def classify(asset_id: int, tags: Tags, user) -> str:
    """Tag one piece: UNCHANGED, or the value of `versions.Kept`. To be called in a transaction.

    Raises SkippedError when the person may not edit it, or somebody else has it: locked, in review, scheduled.
    """
    page = AssetPage.objects.select_for_update(of=("self",)).filter(pk=asset_id).first()
    if page is None:
        raise SkippedError(_("It is gone"), _("Nothing is to be done."))
    may = page.permissions_for_user(user)
    if not may.can_edit():
        raise SkippedError(_("You may not edit it"), _("Ask somebody who may."))
    if reason := versions.held(page):
        raise SkippedError(*reason)
    newest = page.get_latest_revision_as_object()
    if not _apply(newest, tags):
        return UNCHANGED
    try:
        return versions.write(page, lambda version: _apply(version, tags), user, may.can_publish()).value
    except ValidationError as error:
        raise SkippedError("; ".join(error.messages), _("Open the piece and mend that.")) from error


def _apply(page: AssetPage, tags: Tags) -> bool:
    """Set and add; did anything change?"""
    changed = False
    if tags.stage and page.primary_stage_id != tags.stage:
        page.primary_stage, changed = BuyingStage.objects.get(pk=tags.stage), True
    if tags.format and page.format != tags.format:
        page.format, changed = tags.format, True
    for name, model in (("personas", Persona), ("topics", Topic), ("objections", Objection)):
        manager = getattr(page, name)
        missing = set(getattr(tags, name)) - {one.pk for one in manager.all()}
        if missing:
            manager.add(*model.objects.filter(pk__in=missing))
            changed = True
    return changed


def _to_the_pieces(job: Job) -> tuple[str, str]:
    return _("To the pieces"), reverse("assets:index")


@jobs.job(KIND, way_on=_to_the_pieces)
def work(job: Job) -> jobs.Progress:
    """The next pieces. Each is written together with the checkpoint behind it, so once."""
    tags, ids = Tags(**job.params["tags"]), job.params["ids"]
    point = job.resume_point or {"at": 0, "counts": {}, "rows": []}
    end_at = time.monotonic() + SLICE_SECONDS
    for asset_id in ids[point["at"] : point["at"] + SLICE_PIECES]:
        _one(job, point, asset_id, tags)
        if time.monotonic() > end_at:
            break
    rows = [*job.report.get("rows", []), *point["rows"]]
    point["rows"] = []
    report = {"summary": _in_words(point["counts"]), "rows": rows[:MAX_ROWS], "left_out": len(rows[MAX_ROWS:])}
    return jobs.Progress(point["at"], len(ids), point, finished=point["at"] >= len(ids), report=report)


def _one(job: Job, point: dict, asset_id: int, tags: Tags) -> None:
    with transaction.atomic():
        try:
            with transaction.atomic():
                outcome = classify(asset_id, tags, job.created_by)
        except SkippedError as error:
            outcome = SKIPPED
            why, mend = error.args
            title = AssetPage.objects.filter(pk=asset_id).values_list("title", flat=True).first()
            point["rows"].append({"what": _("Skipped"), **Notice(0, why, mend, title or str(asset_id)).as_dict()})
        point["at"] += 1
        point["counts"][outcome] = point["counts"].get(outcome, 0) + 1
        jobs.checkpoint(job, point["at"], point)


def _in_words(counts: dict[str, int]) -> dict[str, int]:
    words = {
        versions.Kept.LIVE.value: _("live with their new tags"),
        versions.Kept.DRAFT.value: _("drafts that have the tags"),
        versions.Kept.OVER_CHANGES.value: _("waiting in a draft with somebody's changes"),
        versions.Kept.NOT_ALLOWED.value: _("waiting for somebody who may publish"),
        UNCHANGED: _("had them already"),
        SKIPPED: _("skipped"),
    }
    return {word: counts[outcome] for outcome, word in words.items() if counts.get(outcome)}
