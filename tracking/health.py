"""Is the ledger keeping up, and does its sum hold?"""

from django.utils.translation import gettext as _

from cms import clock
from cms.health import Check, Finding
from tracking import accounts, inbox, spool
from tracking.models import Draft, DraftMark, Pending

OLD_SECONDS = 60


def inbox_moves() -> Finding:
    """Drafts are taken over within a minute."""
    mark = DraftMark.objects.filter(pk=1).first() or DraftMark()
    waiting = Draft.objects.filter(id__gt=mark.high_id) if inbox.alias() == "inbox" else Draft.objects.all()
    depth, first = waiting.count(), waiting.order_by("id").values_list("received_at", flat=True).first()
    age = (clock.now() - first).total_seconds() if first else 0
    message = _("%(n)d events wait in the inbox, the oldest for %(age)d s.") % {"n": depth, "age": age}
    return Finding(age < OLD_SECONDS, message, _("Start a worker: manage.py worker. Its log says what fails."))


def spool_is_empty() -> Finding:
    """What was kept on disk while the database was away has been replayed, and all of it could be read."""
    if unreadable := spool.unreadable():
        where = ", ".join(path.name for path in unreadable)
        message = _("Spool files that cannot be read: %(files)s.") % {"files": where}
        hint = _("Look into them under the spool folder; marketing mail waits while an unsubscribe is among them.")
        return Finding(False, message, hint)
    age = spool.oldest()
    if age is None:
        return Finding(True, _("The spool is empty."))
    message = _("The spool holds events or unsubscribes, the oldest for %(age)d s.") % {"age": age}
    return Finding(age < OLD_SECONDS, message, _("The worker replays them when the database answers; start it."))


def sum_holds() -> Finding:
    """Each draft that was taken over is stored or counted as dropped."""
    balance = accounts.balance()
    message = _("%(taken)d taken over = %(stored)d stored + %(dropped)d dropped.") % balance.as_dict()
    if balance.holds:
        return Finding(True, message)
    message = _("%(taken)d taken over, but %(stored)d stored (%(keys)d keys) and %(dropped)d dropped.")
    hint = _("Events were added or deleted by hand, or this is a fault of ours: please report it with these numbers.")
    return Finding(False, message % balance.as_dict(), hint)


def consumers_react() -> Finding:
    """No event is given up on by those who react to it."""
    dead = Pending.objects.filter(dead_at__isnull=False)
    first = dead.order_by("id").first()
    if first is None:
        return Finding(True, _("No event was given up on."))
    message = _("%(n)d events were given up on after three attempts; the first: %(error)s") % {
        "n": dead.count(),
        "error": first.error[:200],
    }
    return Finding(False, message, _("Mend the cause, then let them be tried again: tracking.queries.revive."))


CHECKS = [
    Check("inbox", inbox_moves),
    Check("spool", spool_is_empty),
    Check("ledger sum", sum_holds),
    Check("reactions", consumers_react),
]
