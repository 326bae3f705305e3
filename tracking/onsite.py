"""What our own site saw a reader do: written in the caller's transaction, stored with it or not at all."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from cms import clock
from tracking import pipeline, tokens
from tracking.models import Draft

logger = logging.getLogger(__name__)


def record(
    kind: str,
    asset_id: int | None,
    properties: dict[str, Any],
    visitor: UUID | None = None,
    link_token: str = "",
    facts: dict[str, str] | None = None,
    at: datetime | None = None,
    mail_ref: UUID | None = None,
    uuid: UUID | None = None,
) -> None:
    """The same STEPS as for what came over HTTP, in the sender's transaction."""
    link = mail_ref.hex if mail_ref else _ref(link_token)
    found = {"asset": asset_id, "visitor": str(visitor or ""), "link": link, "properties": properties}
    draft = Draft(
        uuid=uuid or uuid4(),
        kind=kind,
        source="site",
        occurred_at=at or clock.now(),
        received_at=clock.now(),
        payload={name: one for name, one in found.items() if one},
        facts=facts or {},
    )
    pipeline.record([draft], taken=1)


def _ref(token: str) -> str:
    """The ref in a link token as hex. It counts without it: a reader's page may be older than a key."""
    if not token:
        return ""
    try:
        return UUID(tokens.read("link", token)["r"]).hex
    except (tokens.BadToken, KeyError, ValueError) as error:
        logger.info("A rating or comment came with a link token that is not ours: %s", error)
        return ""
