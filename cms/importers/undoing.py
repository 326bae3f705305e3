"""Takes an import back: the pieces it made and nobody changed since. What has to stay is told, with the reason."""

import time

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.actions.delete_page import DeletePageAction
from wagtail.log_actions import log

from cms import jobs
from cms.importers import parts, remarks
from cms.importers.notices import Notice
from cms.models import ImportBatch, ImportedItem, Job

UNDO = "undo import"
SLICE_ITEMS, SLICE_SECONDS = 20, 2
State = ImportBatch.State
SAID = ("ratings", "stage_statements")  # would go with the piece
REMOVED, LEFT, PARTS = "removed", "left", "parts removed"
MOST_ROWS = 2000


def start(batch: ImportBatch, user) -> bool:
    """Queue the job that takes the batch back. False when it was undone already, or is still at work."""
    with transaction.atomic():
        ended = ImportBatch.objects.filter(pk=batch.pk, state=State.WRITTEN)
        ended = ended.exclude(job__state__in=(Job.State.QUEUED, Job.State.RUNNING))
        if not ended.update(state=State.UNDONE):
            return False
        title = _("Undo the import of %(file)s as “%(name)s”") % {"file": batch.file, "name": batch.name}
        batch.job = jobs.start(UNDO, title[:200], {"batch": batch.pk}, user)
        batch.save(update_fields=["job"])
        log(batch, "import.undo", user=user, data={"source": batch.source, "file": batch.file})
    return True


@jobs.job(UNDO)
def take_back(job: Job) -> jobs.Progress:
    """The next pieces of the batch; each is removed together with the checkpoint behind it."""
    batch = ImportBatch.objects.get(pk=job.params["batch"])
    point = {"after": 0, "part": 0, REMOVED: 0, LEFT: 0, PARTS: 0, "rows": []} | (job.resume_point or {})
    rows = (batch.created_items.all() | batch.written_items.all()).distinct()
    items = list(rows.filter(pk__gt=point["after"]).select_related("page").order_by("pk")[:SLICE_ITEMS])
    end_at = time.monotonic() + SLICE_SECONDS
    for item in items:
        _take_one(job, batch, item, point)
        if time.monotonic() > end_at:
            break
    left = rows.filter(pk__gt=point["after"]).count()
    if not left:
        left = _take_parts(job, batch, point)
    done = point[REMOVED] + point[LEFT]
    summary = {REMOVED: point[REMOVED], LEFT: point[LEFT]} | ({PARTS: point[PARTS]} if point[PARTS] else {})
    report = {"summary": summary, "rows": point["rows"][:MOST_ROWS]}
    return jobs.Progress(done, done + left, point, finished=not left, report=report)


def _take_one(job: Job, batch: ImportBatch, item: ImportedItem, point: dict) -> None:
    title, after = item.page.title, item.pk
    why = _kept_because(item, batch)
    with transaction.atomic():
        if not why:
            try:
                with transaction.atomic():
                    DeletePageAction(item.page, user=job.created_by).execute(skip_permission_checks=True)
            except (ProtectedError, RestrictedError):
                why = _("Other records need it")
        point["after"] = after
        point[LEFT if why else REMOVED] += 1
        if why:
            _take_comments(item, batch)
            mend = _("Look at it under Assets, and remove it there if you want to.")
            point["rows"].append({"what": _("Left"), **Notice(0, why, mend, title).as_dict()})
        jobs.checkpoint(job, point[REMOVED] + point[LEFT], point)


def _take_comments(item: ImportedItem, batch: ImportBatch) -> None:
    """Out of a piece that stays; the next import of the source may bring them again."""
    if remarks.untouched(item.page, batch).delete()[0]:
        ImportedItem.objects.filter(pk=item.pk).update(content_hash="")


def _take_parts(job: Job, batch: ImportBatch, point: dict) -> int:
    """The next topics, authors, pictures and files that this batch made, where nothing else uses them. How many are
    left to look at."""
    rows = batch.parts.filter(pk__gt=point["part"]).order_by("pk")
    for part in list(rows[:SLICE_ITEMS]):
        made = parts.find(part)
        with transaction.atomic():
            if made is not None and not parts.is_used(made):
                kind, name = capfirst(made._meta.verbose_name), str(made)
                made.delete()
                point[PARTS] += 1
                point["rows"].append(
                    {"what": _("Removed too"), **Notice(0, f"{kind}: {name}", "", batch.name).as_dict()}
                )
            point["part"] = part.pk
            jobs.checkpoint(job, point[REMOVED] + point[LEFT], point)
    return rows.filter(pk__gt=point["part"]).count()


def _kept_because(item: ImportedItem, batch: ImportBatch) -> str:
    """Why a piece stays; empty for one that can go."""
    if item.batch_id != batch.pk:
        return _("It was there before this import, which changed it")
    if item.changed_in_id != batch.pk:
        return _("A later import changed it")
    if item.page.latest_revision_id != item.revision_id:
        return _("Somebody changed it since")
    theirs = item.page.comments.exclude(pk__in=remarks.untouched(item.page, batch).values("pk"))
    if theirs.exists() or any(getattr(item.page, said).exists() for said in SAID):
        return _("Readers or colleagues have said something about it")
    return ""
