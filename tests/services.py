"""What a test needs from outside this repository."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
import redis

from cms import processes


def missing(reason: str) -> None:
    """Skip with the reason; fail where LEDE_REQUIRE_SERVICES says that everything must be there."""
    if os.environ.get("LEDE_REQUIRE_SERVICES"):
        pytest.fail(f"LEDE_REQUIRE_SERVICES is set but {reason}")
    pytest.skip(reason)


def kept_port() -> int:
    """A free port that stays free while its server is away: no outgoing connection takes it meanwhile."""
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    candidates = random.SystemRandom().sample(range(first - 12_000, first), 50)
    return next(port for port in candidates if not processes.is_taken("127.0.0.1", port))


class Broker:
    """A Redis of one test's own, on a free port, which keeps nothing on disk."""

    def __init__(self, folder: Path):
        if not shutil.which("redis-server"):
            missing("redis-server is not installed")
        self.folder, self.port = folder, kept_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Empty, however full it was before."""
        port = str(self.port)
        command = ["redis-server", "--port", port, "--save", "", "--dir", str(self.folder), "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        assert processes.wait_until(lambda: processes.is_taken("127.0.0.1", self.port), 10)

    def stop(self) -> None:
        processes.end(self.process)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def flush(self) -> None:
        """Forget everything, as FLUSHALL does."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()
