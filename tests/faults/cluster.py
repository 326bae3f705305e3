"""A PostgreSQL cluster of our own, to be killed: made in a temporary folder, on a free port, durable (fsync on)."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from cms import processes
from tests.faults import tree
from tests.services import kept_port

VARIABLE = "LEDE_FAULTS_CLUSTER"
DEBIAN = "/usr/lib/postgresql"
START_SECONDS = 60


class Cluster:
    """The cluster in `folder`; any process of ours may open it again by that folder."""

    def __init__(self, folder: Path):
        self.folder, self.data = folder, folder / "data"
        self.port = int((folder / "port").read_text())

    @property
    def address(self) -> str:
        """Its database for making others."""
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def postmaster(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        """Start it and wait until it takes connections: after a crash, until it has recovered."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        options += " -c recovery_init_sync_method=syncfs"  # one call instead of one for each file of each database
        log = self.folder / "log"
        how = ["-l", str(log), "-o", options, "-w", "-t", str(START_SECONDS)]
        try:
            _run("pg_ctl", "-D", str(self.data), *how, "start")
        except subprocess.CalledProcessError as error:
            error.add_note(log.read_text(errors="replace")[-2000:])
            raise

    def stop(self) -> None:
        _run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def kill(self) -> None:
        """SIGKILL for the postmaster; back when it and all its children are gone, so that it may be started again."""
        postmaster = self.postmaster
        os.kill(postmaster, signal.SIGSTOP)  # or it forks one more child that is not counted
        assert processes.wait_until(lambda: tree.is_stopped(postmaster), 10), "PostgreSQL does not stop"
        family = [postmaster, *tree.descendants(postmaster)]
        os.kill(postmaster, signal.SIGKILL)
        assert processes.wait_until(lambda: not any(map(tree.is_alive, family)), 60), "PostgreSQL's children live on"
        # Dead, but its pid stands as long as nobody has collected it, and PostgreSQL would take that for a server.
        for lock in (self.data / "postmaster.pid", self.folder / f".s.PGSQL.{self.port}.lock"):
            lock.unlink(missing_ok=True)

    def kill_backend(self, chance: Random) -> bool:
        """SIGKILL for the server process of one connection; the server then cuts all and recovers. False: no one."""
        backends = [pid for pid in tree.descendants(self.postmaster) if "127.0.0.1(" in tree.command(pid)]
        if backends:
            os.kill(chance.choice(backends), signal.SIGKILL)
        return bool(backends)


@contextlib.contextmanager
def made() -> Iterator[Cluster]:
    """A new, started cluster; removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="lede-cluster-"))
    try:
        (folder / "port").write_text(str(kept_port()))
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        cluster = Cluster(folder)
        _run(
            "initdb", "-D", str(cluster.data), "-U", "postgres", "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync"
        )
        cluster.start()
        try:
            yield cluster
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):  # killed, and not started again
                cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, the newest that there is; Debian does not put it on the path."""
    found = [Path(which).parent] if (which := shutil.which("pg_ctl")) and shutil.which("initdb") else []
    found += sorted((path.parent for path in Path(DEBIAN).glob("*/bin/initdb")), key=lambda path: path.parts[-2])
    return found[-1] if found else None


def _run(program: str, *args: str) -> None:
    """As the user postgres when we are root, whom PostgreSQL refuses."""
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*before, str(programs() / program), *args]
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/", check=True)
