"""What a person brings in through the admin: stored, looked through by a job, written by another once they agreed.

The files of a batch lie in a folder of their own under VAR_DIR/imports/. It goes when the pieces are written, when the
batch is discarded, and KEPT after nobody went on with it.
"""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from cms import clock, jobs
from cms.importers import kinds, sources  # noqa: F401 -- the second registers all kinds
from cms.importers.archives import ArchiveError
from cms.models import ImportBatch, Job

LOOK, WRITE = "look through import", "import"
KEPT = timedelta(days=7)
OPEN = (Job.State.QUEUED, Job.State.RUNNING)
State = ImportBatch.State


def source_of(kind: str, name: str) -> str:
    """The source as the writer knows it, the same that `--source NAME` on the command line is."""
    return f"{kind}:{name}"[:200]


def under_way(source: str) -> bool:
    """Is an import of this source at work?"""
    return ImportBatch.objects.filter(source=source, job__state__in=OPEN).exists()


def start(kind: kinds.Kind, upload: File | str, name: str, *, options: dict, user) -> ImportBatch:
    """Store an upload that the kind has checked, as a batch, and queue the job that looks through it.

    `upload` may be an address instead: then the job fetches what lies there.

    Raises ArchiveError, in words for the person who uploaded it; then nothing is left behind.
    """
    sweep()
    is_address = isinstance(upload, str)
    file = upload if is_address else PurePosixPath((upload.name or "").replace("\\", "/")).name
    incoming = Path(tempfile.mkdtemp(prefix="incoming-", dir=_top()))
    try:
        (incoming / "source").mkdir()
        if not is_address:
            kind.store(upload, incoming / "source")
        options = options | {"uploaded": True} | ({"address": upload} if is_address else {})
        batch = ImportBatch(kind=kind.name, source=source_of(kind.name, name), file=file[:500], options=options)
        return _open(batch, incoming, user)
    except OSError as error:
        why = _("The server could not store the files: %s.") % error.strerror
        raise ArchiveError(why, _("Tell who runs it; nothing was brought in.")) from error
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _open(batch: ImportBatch, incoming: Path, user) -> ImportBatch:
    """The batch and its folder become visible to workers together."""
    with transaction.atomic():
        batch.user, batch.started_at = user, clock.now()
        batch.save()
        log(batch, "import.upload", user=user, data={"file": batch.file, "source": batch.source})
        if batch.options.get("address") or not kinds.get(batch.kind).asks(incoming / "source"):
            look(batch)
        incoming.rename(place(batch))
    return batch


def look(batch: ImportBatch) -> None:
    """Queue the job that looks through the batch and writes nothing."""
    title = _("Look through %(file)s as “%(name)s”") % {"file": batch.file, "name": batch.name}
    batch.job = jobs.start(LOOK, title[:200], {"batch": batch.pk}, batch.user)
    batch.save(update_fields=["job", "options"])


def bring(batch: ImportBatch, options: dict, user) -> bool:
    """Queue the job that writes the pieces, as `user` agreed. False when that was done already, or cannot be."""
    title = _("Import of %(file)s as “%(name)s”") % {"file": batch.file, "name": batch.name}
    options = batch.options | options
    with transaction.atomic():
        mine = ImportBatch.objects.filter(pk=batch.pk, state=State.LOOKED)
        if not mine.update(state=State.WRITTEN, options=options, user=user):
            return False
        batch.refresh_from_db()
        batch.job = jobs.start(WRITE, title[:200], {"batch": batch.pk}, user)
        batch.save(update_fields=["job"])
        log(batch, "import.write", user=user, data={"source": batch.source, **options})
    return True


def discard(batch: ImportBatch, user) -> bool:
    """Clear away what was looked through and not written. False when it was too late."""
    unwritten = ImportBatch.objects.filter(pk=batch.pk, state__in=(State.OPEN, State.LOOKED))
    discarded = unwritten.exclude(job__state__in=OPEN).update(state=State.DISCARDED)
    if discarded:
        log(batch, "import.discard", user=user)
        remove(batch.pk)
    return bool(discarded)


def remove(pk: int) -> None:
    """Clear the files of the batch with that key away."""
    shutil.rmtree(_top() / str(pk), ignore_errors=True)


def _top() -> Path:
    top = Path(settings.VAR_DIR) / "imports"
    top.mkdir(parents=True, exist_ok=True)
    return top


def place(batch: ImportBatch) -> Path:
    """Where the files of a batch lie."""
    return _top() / str(batch.pk)


def sweep() -> None:
    """Remove what killed processes left behind, and the files that nobody went on with for KEPT. Nothing of others."""
    now = clock.now()
    young = Q(state__in=(State.OPEN, State.LOOKED), started_at__gt=now - KEPT)
    resumable = Q(job__state__in=OPEN) | Q(job__state=Job.State.FAILED, job__finished_at__gt=now - KEPT)
    needed = {str(pk) for pk in ImportBatch.objects.filter(young | resumable).values_list("pk", flat=True)}
    for path in _top().iterdir():
        incoming = path.name.startswith("incoming-")
        coming = incoming and path.stat().st_mtime > (now - timedelta(days=1)).timestamp()
        if (incoming or path.name.isdecimal()) and path.name not in needed and not coming:
            shutil.rmtree(path, ignore_errors=True)
