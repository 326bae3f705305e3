"""What happens in the library, written to the ledger in the sender's transaction: stored with it, or not at all."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.dispatch import receiver

from cms import clock
from cms.signals import asset_rated, comment_posted, poll_answered, survey_answered
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
    stars: int | None = None,
    mail_ref: UUID | None = None,
    **_: Any,
) -> None:
    """A reader's rating is an event."""
    said = {"value": value} | ({"stars": stars} if stars else {})
    _record("asset_rated", asset_id, said, visitor, link_token, request_facts, rated_at, mail_ref)


@receiver(comment_posted, dispatch_uid="tracking.commented")
def commented(
    sender: Any,
    asset_id: int,
    comment_id: int,
    visitor: UUID | None = None,
    link_token: str = "",
    request_facts: dict[str, str] | None = None,
    posted_at: datetime | None = None,
    **_: Any,
) -> None:
    """A comment whose address was confirmed is an event; its words stay in the library."""
    _record("comment_posted", asset_id, {"comment": comment_id}, visitor, link_token, request_facts, posted_at)


@receiver(poll_answered, dispatch_uid="tracking.polled")
def polled(
    sender: Any,
    asset_id: int,
    poll_id: int,
    question: str,
    option: str,
    visitor: UUID | None = None,
    link_token: str = "",
    request_facts: dict[str, str] | None = None,
    answered_at: datetime | None = None,
    **_: Any,
) -> None:
    """A reader's answer to a poll is an event, with the words of question and answer as they stood."""
    said = {"poll": poll_id, "question": question, "option": option}
    _record("poll_answered", asset_id, said, visitor, link_token, request_facts, answered_at)


@receiver(survey_answered, dispatch_uid="tracking.surveyed")
def surveyed(
    sender: Any,
    survey_id: int,
    title: str,
    answered: int,
    persona_id: int | None = None,
    topic_ids: list[int] | None = None,
    asset_id: int | None = None,
    visitor: UUID | None = None,
    link_token: str = "",
    mail_ref: UUID | None = None,
    request_facts: dict[str, str] | None = None,
    answered_at: datetime | None = None,
    **_: Any,
) -> None:
    """A survey that was answered is one event: what the answers tell of who gave them, not their words."""
    said = {"survey": survey_id, "title": title, "answered": answered, "persona": persona_id, "topics": topic_ids}
    said = {name: value for name, value in said.items() if value}
    _record("survey_answered", asset_id, said, visitor, link_token, request_facts, answered_at, mail_ref)


def _record(
    kind: str,
    asset_id: int | None,
    properties: dict[str, Any],
    visitor: UUID | None,
    link_token: str,
    facts: dict[str, str] | None,
    at: datetime | None,
    mail_ref: UUID | None = None,
) -> None:
    """The same STEPS as for what came over HTTP, in the sender's transaction."""
    link = mail_ref.hex if mail_ref else _ref(link_token)
    found = {"asset": asset_id, "visitor": str(visitor or ""), "link": link, "properties": properties}
    draft = Draft(
        uuid=uuid4(),
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
