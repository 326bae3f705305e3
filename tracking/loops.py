"""The ledger's background work."""

from cms.worker import Loop
from tracking import pipeline, spool

LOOPS = [
    Loop("drafts", pipeline.run_batch),
    Loop("spool", spool.replay, every=2),
]
