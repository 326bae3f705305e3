"""nurture's background work."""

from cms.worker import Loop
from nurture import pipeline
from nurture.contacts import proposals, supply
from nurture.mail import loops as mail
from nurture.rules import runs
from nurture.subscriptions import asking, digests

LOOPS = [
    Loop("react to events", pipeline.react),
    Loop("react to turned verdicts", pipeline.reconsider),
    Loop("react to answers of readers", pipeline.respect, every=1),
    Loop("perform due actions", runs.perform_due),
    Loop("give back lost actions", runs.reap, every=10),
    Loop("weeks of unread supply", supply.refresh, every=600),
    Loop("merge proposals, forgotten", proposals.forget_old, every=3600),
    Loop("mails of subscriptions", digests.send_due, every=60),
    Loop("subscriptions, forgotten", asking.forget, every=600),
    *mail.LOOPS,
]
