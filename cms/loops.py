"""The library's background work."""

from cms import jobs
from cms.worker import Loop

LOOPS: list[Loop] = [Loop("jobs", jobs.run_slice)]
