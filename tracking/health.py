"""Is the ledger keeping up, and does its sum hold?"""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import clock
from cms.health import Check, Figures, Finding, Lag, Reach
from tracking import accounts, inbox, modes, months, networks, spool, vitals
from tracking.batch import Reason
from tracking.models import DropCount, HeldDraft, Pending

OLD_SECONDS = 60


def inbox_moves() -> Finding:
    """Drafts are taken over within a minute."""
    waiting = inbox.waiting()
    depth, first = waiting.count(), waiting.values_list("received_at", flat=True).first()
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


def nothing_is_given_up() -> Finding:
    """Every draft could be taken over."""
    dead = HeldDraft.objects.filter(dead_at__isnull=False)
    first = dead.order_by("id").first()
    if first is None:
        return Finding(True, _("Everything that arrived could be taken over."))
    told = {"n": dead.count(), "error": first.error[:200]}
    message = _("%(n)d events could not be taken over in three attempts; the first: %(error)s") % told
    return Finding(False, message, _("Mend the cause, then see Reports › Stuck work."))


def links_are_kept() -> Finding:
    """Every link that led somebody on could be kept."""
    since = clock.now() - timedelta(days=1)
    lost = DropCount.objects.filter(reason=Reason.NOT_KEPT, hour__gt=since).aggregate(n=Sum("count"))["n"] or 0
    if not lost:
        return Finding(True, _("Every link that was followed in the last 24 hours was kept."))
    message = _("%(n)d links were followed in the last 24 hours that could not be kept.") % {"n": lost}
    hint = _("The disk was full, or more came than fits: see the collector's log, make room, or start another one.")
    return Finding(False, message, hint)


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
    return Finding(False, message, _("Mend the cause, then see Reports › Stuck work."))


def months_are_ahead() -> Finding:
    """The tables for the events of the next months are there."""
    if connection.vendor != "postgresql":
        return Finding(True, _("On SQLite the ledger is one table."))
    lacking = sorted(set(months.ahead()) - months.existing())
    if lacking:
        words = _("The ledger has no table for: %s.") % ", ".join(f"{month:%Y-%m}" for month in lacking)
        return Finding(False, words, _("A worker makes them: start one. Until then each is made for its first event."))
    return Finding(True, _("The ledger has its months up to %s.") % f"{max(months.ahead()):%Y-%m}")


def robots_are_told() -> Finding:
    """Which evidence of robots this installation has to do without."""
    if not settings.DATACENTRES_FILE:
        words = _("No list of datacentre networks: robots are judged without that reason.")
        return Finding(True, words, _("Optional: name a file of networks in LEDE_DATACENTRES."))
    return Finding(True, _("%(n)d datacentre networks are known.") % {"n": len(networks.datacentres())})


def countries_are_known() -> Finding:
    """Where the mode depends on the country, can the country be told?"""
    if len(set(settings.TRACKING_CONSENT.values())) == 1:
        return Finding(True, _("What may be recorded is the same in every country."))
    if settings.COUNTRY_HEADER:
        return Finding(True, _("The country is told by the header %s.") % settings.COUNTRY_HEADER)
    if modes.countries():
        return Finding(True, _("The country is told by the file %s.") % settings.COUNTRIES_FILE)
    words = _("No country can be told, so the strictest mode holds everywhere.")
    return Finding(False, words, _("Name a header in LEDE_COUNTRY_HEADER, or a file in LEDE_COUNTRIES."))


CHECKS = [
    Check("inbox", inbox_moves),
    Check("held", nothing_is_given_up),
    Check("months", months_are_ahead),
    Check("spool", spool_is_empty),
    Check("links", links_are_kept),
    Check("ledger sum", sum_holds, Reach.WHOLE),
    Check("reactions", consumers_react),
    Check("robots", robots_are_told),
    Check("countries", countries_are_known),
]


def dropped_lately() -> list[tuple[str, int]]:
    """Drafts that did not become events, by reason, in the last 24 hours."""
    since = clock.now() - timedelta(days=1)
    counted = DropCount.objects.filter(hour__gt=since).order_by().values_list("reason")
    return sorted(counted.annotate(n=Sum("count")))


def robots_lately() -> list[tuple[str, str]]:
    """Robots' part of what people and robots did, yesterday and today."""
    share = vitals.robot_share(vitals.today() - timedelta(days=1), vitals.today())
    return [] if share is None else [(_("Robots, yesterday and today"), f"{share:.1%}")]


LAGS = [
    Lag(
        gettext_lazy("Events in the inbox"),
        lambda: inbox.waiting().values_list("received_at", flat=True).first(),
        timedelta(seconds=OLD_SECONDS),
    )
]
FIGURES = [
    Figures(gettext_lazy("Dropped in the last 24 hours, by reason"), dropped_lately),
    Figures(gettext_lazy("Robots"), robots_lately),
]
