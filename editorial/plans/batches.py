"""A batch's way: uploaded, brought in by a job, taken back by another."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from cms import clock, jobs
from cms.models import Job, User
from editorial.models import Entry, PlanBatch

IMPORT, UNDO = "import plan", "undo plan"
KEPT = timedelta(days=7)  # what was uploaded and never brought in
State = PlanBatch.State
TOUCHES = ("page", "slot", "answers", "assignments", "remarks", "approvals", "invited", "waivers", "interviews")


def keep(batch: PlanBatch) -> None:
    """Store what was uploaded; what waits since long, of anybody, goes."""
    PlanBatch.objects.filter(state=State.OPEN, started_at__lt=clock.now() - KEPT).delete()
    batch.save()


def start(batch: PlanBatch, user: User) -> bool:
    """Queue the job that brings it in. False when it was begun already."""
    with transaction.atomic():
        if not PlanBatch.objects.filter(pk=batch.pk, state=State.OPEN).update(state=State.WRITING):
            return False
        batch.job = jobs.start(IMPORT, (_("Import of %s") % batch.file)[:200], {"batch": batch.pk}, user)
        batch.save(update_fields=["job"])
    return True


def close(batch: PlanBatch, counts: dict[str, int]) -> None:
    """It is written: its rows go, its numbers stay, and the history says who brought it in."""
    batch.state, batch.rows, batch.counts = State.WRITTEN, [], counts
    with transaction.atomic():
        batch.save(update_fields=["state", "rows", "counts"])
        log(batch, "editorial.import_plan", user=batch.user, data={"file": batch.file} | counts)


def start_undo(batch: PlanBatch, user: User) -> bool:
    """Queue the job that takes it back. False when that was begun already, or it is still at work."""
    with transaction.atomic():
        if not PlanBatch.objects.filter(pk=batch.pk, state=State.WRITTEN).update(state=State.UNDONE):
            return False
        batch.job = jobs.start(UNDO, (_("Take %s back") % batch.file)[:200], {"batch": batch.pk}, user)
        batch.save(update_fields=["job"])
        log(batch, "editorial.undo_plan", user=user, data={"file": batch.file})
    return True


def untouched(batch: PlanBatch) -> QuerySet[Entry]:
    """The entries that it made and nobody has changed, drafted, filled in or talked about since."""
    nothing = dict.fromkeys(TOUCHES)
    return Entry.objects.filter(plan_rows__made_by=batch, version=1, **nothing).distinct()


def still_made(batch: PlanBatch, after: int) -> int:
    """How many of its entries come after this key."""
    return batch.made.filter(entry__gt=after).count()


def take_back(batch: PlanBatch, row: Job, point: dict, number: int) -> tuple[dict, bool]:
    """Take away the next entries of it that nobody touched: (how far it came, was that all).

    `point`: {"after": key of the entry looked at last, "removed", "left"}.
    """
    keys = list(batch.made.filter(entry__gt=point["after"]).order_by("entry").values_list("entry", flat=True)[:number])
    if not keys:
        return point, True
    with transaction.atomic():
        list(Entry.objects.select_for_update().filter(pk__in=keys).values_list("pk"))
        going = list(untouched(batch).filter(pk__in=keys))
        for entry in going:
            log(entry, "editorial.undo_import", user=row.created_by, data={"file": batch.file}, deleted=True)
            entry.delete()
        left = point["left"] + len(keys) - len(going)
        point = {"after": keys[-1], "removed": point["removed"] + len(going), "left": left}
        jobs.checkpoint(row, point["removed"] + left, point)
    return point, False
