"""What `doctor` asks the newsroom."""

from cms.health import Check
from editorial import publishing

CHECKS = [Check("scheduled pages", publishing.ask_late)]
