"""What happens in the library, written to the ledger in the sender's transaction: stored with it, or not at all."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.dispatch import receiver

from cms import clock
from cms.signals import asset_rated
from tracking import pipeline, tokens
from tracking.models import Draft

logger = logging.getLogger(__name__)


@receiver(asset_rated, dispatch_uid="tracking.rated")
def rated(
    sender: Any,
    asset_id: int,
    value: int,
    visitor: UUID | None = None,
    link_token: str = "",
    request_facts: dict[str, str] | None = None,
    rated_at: datetime | None = None,
    **_: Any,
) -> None:
    """A reader's rating is an event: the same STEPS as for what came over HTTP, in this transaction."""
    found = {"asset": asset_id, "visitor": str(visitor or ""), "link": _ref(link_token), "properties": {"value": value}}
    draft = Draft(
        uuid=uuid4(),
        kind="asset_rated",
        source="site",
        occurred_at=rated_at or clock.now(),
        received_at=clock.now(),
        payload={name: one for name, one in found.items() if one},
        facts=request_facts or {},
    )
    pipeline.record([draft], taken=1)


def _ref(token: str) -> str:
    """The ref in a link token as hex. A rating counts without it: a reader's page may be older than a key."""
    if not token:
        return ""
    try:
        return UUID(tokens.read("link", token)["r"]).hex
    except (tokens.BadToken, KeyError, ValueError) as error:
        logger.info("A rating came with a link token that is not ours: %s", error)
        return ""
