"""Which worker is taking over which drafts of the inbox, so that a draft that kills its worker is found out.

    begin     say which drafts, committed before anybody looks at them; two workers never get the same
    finish    in the transaction that stores them; fails when somebody else has them by now
    recover   drafts of workers that died are held one by one (tracking/held.py), where the one that kills is given up

A worker is dead when its process on this host is gone, or when its lease has run out.
"""

import os
from datetime import timedelta

from django.db import connection, transaction

from cms import claims, clock, worker
from tracking import batches, held, inbox
from tracking.models import Draft, DraftMark, Taking

LEASE = timedelta(seconds=60)  # a batch takes a second
LOCK = 7_402_301_123  # any number, the same in every process: who chooses drafts holds it, for milliseconds


def begin(limit: int) -> tuple[Taking, list[Draft]] | None:
    """The oldest drafts that nobody takes over, at most `limit`, and the row that says so. None: there are none."""
    if inbox.alias() == "inbox":
        _forget_stored()
    if not inbox.waiting().exists():
        return None
    with transaction.atomic():
        drafts = _free(limit)
        if not drafts:
            return None
        until = clock.now() + LEASE
        ends = {"first_id": drafts[0].pk, "last_id": drafts[-1].pk}
        return Taking.objects.create(**ends, owner=worker.identity(), lease_until=until), drafts


def finish(taking: Taking, drafts: list[Draft]) -> None:
    """They leave the inbox, in the transaction that stores them. Raises claims.LostError when they are not ours any
    more. On SQLite call `forget` after the commit.
    """
    if not Taking.objects.filter(pk=taking.pk).delete()[0]:
        raise claims.LostError("Another process found this one too slow and holds its drafts")
    if inbox.alias() == "default":
        batches.delete(Draft, "id", [draft.pk for draft in drafts])
    else:
        DraftMark.objects.update_or_create(pk=1, defaults={"high_id": drafts[-1].pk})


def give_back(taking: Taking) -> None:
    """As if they had not been taken."""
    Taking.objects.filter(pk=taking.pk).delete()


def forget(drafts: list[Draft]) -> None:
    """Delete from the inbox file what is stored. Without it the next `begin` does."""
    if inbox.alias() == "inbox":
        Draft.objects.filter(id__lte=drafts[-1].pk)._raw_delete("inbox")


def recover() -> int:
    """Hold the drafts of workers that died, each by itself; how many."""
    lost = [taking for taking in Taking.objects.order_by("pk")[:20] if _is_dead(taking)]
    return sum(_recovered(taking) for taking in lost)


def _recovered(taking: Taking) -> int:
    with transaction.atomic():
        drafts = list(inbox.waiting().filter(id__range=(taking.first_id, taking.last_id)))
        if not drafts:
            give_back(taking)
            return 0
        try:
            finish(taking, drafts)
        except claims.LostError:
            return 0  # another worker was faster
        held.hold(drafts, attempts=1)
    forget(drafts)
    return len(drafts)


def _free(limit: int) -> list[Draft]:
    """On SQLite drafts leave the inbox in their order, so one worker at a time; else around what others take over.

    It ends where another's begin: between `first_id` and `last_id` of a taking there is nobody else's draft.
    """
    if inbox.alias() == "inbox":
        return [] if Taking.objects.exists() else list(inbox.waiting()[:limit])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    waiting = inbox.waiting()
    others = list(Taking.objects.values_list("first_id", "last_id"))
    for first, last in others:
        waiting = waiting.exclude(id__range=(first, last))
    drafts = list(waiting[:limit])
    ahead = [first for first, _last in others if drafts and first > drafts[0].pk]
    return [draft for draft in drafts if draft.pk < min(ahead)] if ahead else drafts


def _forget_stored() -> None:
    """A crash came between the commit and the deletion."""
    mark = DraftMark.objects.filter(pk=1).values_list("high_id", flat=True).first() or 0
    if Draft.objects.filter(id__lte=mark).exists():
        Draft.objects.filter(id__lte=mark)._raw_delete("inbox")


def _is_dead(taking: Taking) -> bool:
    if taking.lease_until < clock.now():
        return True
    host, _, pid = taking.owner.rpartition(":")
    if host != worker.identity().rpartition(":")[0] or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)  # asks whether it is there
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False
