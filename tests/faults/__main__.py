"""The fault tests on PostgreSQL: `python -m tests.faults [pytest's arguments]`, with a cluster of their own."""

import os
import sys

from tests import postgres
from tests.faults import cluster


def main(args: list[str]) -> int:
    """Make a cluster, run pytest against it, remove it. Without PostgreSQL's programs: as tests.postgres does."""
    if cluster.programs() is None:
        sys.stderr.write("No initdb on this machine: the fault tests on PostgreSQL are left out. See CONTRIBUTING.md\n")
        return 1 if os.environ.get("LEDE_REQUIRE_SERVICES") else 0
    with cluster.made() as ours:
        os.environ |= {"LEDE_TEST_POSTGRES": ours.address, cluster.VARIABLE: str(ours.folder)}
        return postgres.main(["-m", "faults and not chaos", "tests/faults", *args])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
