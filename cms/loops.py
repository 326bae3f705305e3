"""The library's background work."""

from cms import jobs, pictures
from cms.worker import Loop

LOOPS: list[Loop] = [Loop("jobs", jobs.run_slice), Loop("pictures", pictures.prepare_missing, 30)]
