"""The newsroom's background work."""

from cms.worker import Loop
from editorial import coverage_recount, outsiders, publishing, reminders, slot_rules, snapshots

LOOPS = [
    Loop("coverage map", coverage_recount.recount, every=10),
    Loop("publish scheduled pages", publishing.publish_due, every=60),
    Loop("hold room ahead", slot_rules.make_ahead, every=600),
    Loop("steps that are due", reminders.remind, every=300),
    Loop("addresses of people outside, forgotten", outsiders.forget_addresses, every=600),
    Loop("keep the coverage map of the month", snapshots.keep, every=600),
]
