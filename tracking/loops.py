"""The ledger's background work."""

from cms.worker import Loop
from tracking import forgetting, hearings, months, pipeline, retention, rollups, spool

LOOPS = [
    Loop("drafts", pipeline.run_batch),
    Loop("verdicts", hearings.hear, every=1),
    Loop("answers of readers", forgetting.forget_browsers, every=1),
    Loop("spool", spool.replay, every=2),
    Loop("months", months.prepare, every=3600),
    Loop("rollups", rollups.refresh, every=2),
    Loop("retention", retention.run, every=600),
    Loop("dead drafts", pipeline.give_up, every=3600),
]
