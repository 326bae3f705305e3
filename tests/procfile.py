"""The processes of an installation of many machines, started as the Procfile starts them."""

import os
import subprocess
import sys
from pathlib import Path

from tests.installation import ROOT, Installation

LINES = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if line[:1].isalpha())


def start(installation: Installation, name: str, port: int, **options) -> subprocess.Popen:
    """The line `name` as a process that listens on `port`, if it listens; output into serve.log. Options as for Popen.

    It ends with the installation.
    """
    env = installation.env | {"PORT": str(port), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with (installation.var / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            ["sh", "-c", f"exec env {LINES[name]}"], cwd=ROOT, env=env, stdout=log, stderr=log, **options
        )
    installation.processes.append(process)
    return process
