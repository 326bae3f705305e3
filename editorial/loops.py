"""The newsroom's background work."""

from cms.worker import Loop
from editorial import publishing

LOOPS = [Loop("publish scheduled pages", publishing.publish_due, every=60)]
