"""What every process asks before it begins: nothing starts half. Each answer says what is wrong and how to mend it."""

import logging
import shutil
import sys
import tempfile
import time

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.utils.translation import gettext as _

from cms import schema

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.5


def require() -> None:
    """Go on, or end this process with status 1 and one sentence. A database that is only away is waited for a while."""
    for ask in (disk_trouble, database_trouble):
        if words := ask():
            sys.exit(_("This process does not start. %s") % words)
    connections.close_all()  # what is forked from here must not share them


def require_disk() -> None:
    """As `require`, for the collector: while the database is away it spools, so it warns of it and goes on."""
    if words := disk_trouble():
        sys.exit(_("This process does not start. %s") % words)
    if words := database_trouble(patience=0):
        logger.warning("%s Until then events are kept on disk.", words)
    connections.close_all()


def disk_trouble() -> str:
    """Is there a little room under LEDE_VAR, and may we write there? "" when all is well."""
    where, wanted = settings.VAR_DIR, settings.MIN_FREE_MB
    try:
        free = shutil.disk_usage(where).free // 1024**2
        with tempfile.TemporaryFile(dir=where) as file:
            file.write(b"?")
    except OSError as error:
        return _("%(where)s cannot be written: %(error)s. Make room, or set LEDE_VAR to a folder of our own.") % {
            "where": where,
            "error": error,
        }
    if free >= wanted:
        return ""
    words = _("Only %(free)d MB are free under %(where)s, %(wanted)d are needed. Make room, or move LEDE_VAR.")
    return words % {"free": free, "where": where, "wanted": wanted}


def database_trouble(patience: float | None = None) -> str:
    """Does the database answer, and does it fit this code? Waits for one that is starting. "" when all is well."""
    patience = settings.START_PATIENCE if patience is None else patience
    give_up_at = time.monotonic() + patience
    while True:
        try:
            found = schema.gap().words()
            return " ".join(found) if found else ""
        except OperationalError as error:
            connections[DEFAULT_DB_ALIAS].close()
            if not is_away(error) or time.monotonic() >= give_up_at:
                return _("The database does not answer: %s Check DATABASE_URL, and that it runs.") % _sentence(error)
            logger.warning("The database does not answer yet: %s", _sentence(error))
            time.sleep(POLL_SECONDS)


def is_away(error: OperationalError) -> bool:
    """Nobody there, or starting up; not a wrong password or name, which waiting does not mend."""
    state = getattr(error.__cause__, "sqlstate", None)
    wrong = ("password", "does not exist", "no pg_hba", "translate host name", "unable to open database file")
    return (state is None or state.startswith("57")) and not any(word in str(error) for word in wrong)


def _sentence(error: Exception) -> str:
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return first if first.endswith(".") else f"{first}."
