"""What happens in the library, written to the ledger in the sender's transaction: stored with it, or not at all."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.dispatch import receiver

from cms import clock
from cms.signals import (
    asset_downloaded,
    asset_rated,
    comment_posted,
    form_submitted,
    poll_answered,
    survey_answered,
)
from tracking import consent, modes, onsite, verdicts, wordings
from tracking.models.events import Verdict

DOWNLOADS = UUID("6f1f6a52-3f0c-4c5e-9f0e-2b1d5a7c9e41")  # the name space of their uuids


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
    onsite.record("asset_rated", asset_id, said, visitor, link_token, request_facts, rated_at, mail_ref)


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
    onsite.record("comment_posted", asset_id, {"comment": comment_id}, visitor, link_token, request_facts, posted_at)


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
    onsite.record("poll_answered", asset_id, said, visitor, link_token, request_facts, answered_at)


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
    onsite.record("survey_answered", asset_id, said, visitor, link_token, request_facts, answered_at, mail_ref)


@receiver(form_submitted, dispatch_uid="tracking.form_submitted")
def submitted(
    sender: Any,
    asset_id: int,
    gate_id: int,
    form: str,
    subject: UUID | None = None,
    visitor: UUID | None = None,
    link_token: str = "",
    request_facts: dict[str, str] | None = None,
    sent_at: datetime | None = None,
    **_: Any,
) -> None:
    """A form that was sent is an event; what was answered stays in the library. Whose it is, they said themselves."""
    said: dict[str, Any] = {"gate": gate_id, "form": form} | ({"subject": subject.hex} if subject else {})
    if visitor and consent.answers([visitor], wordings.SITE_PROFILE).get(visitor) is False:
        visitor = None
    onsite.record("form_submitted", asset_id, said, visitor, link_token, request_facts, sent_at)


@receiver(asset_downloaded, dispatch_uid="tracking.downloaded")
def downloaded(
    sender: Any,
    asset_id: int,
    file: str,
    key: UUID,
    subject: UUID | None = None,
    by_mail: bool = False,
    request_facts: dict[str, str] | None = None,
    downloaded_at: datetime | None = None,
    **_: Any,
) -> None:
    """A piece that was fetched by a signed link is one event a contact and day: the second has the same uuid.

    A robot's has another, so that a scanner that comes first does not hide the reader. Whoever objects to being
    recognised by the links of their mail is not named, nor is anybody where links are not kept.
    """
    at, facts = downloaded_at or clock.now(), request_facts or {}
    verdict, _reasons = verdicts.judge(facts, "site", "asset_downloaded")
    uuid = uuid5(DOWNLOADS, f"{(subject or key).hex}:{asset_id}:{at.date()}:{verdict == Verdict.ROBOT}")
    said: dict[str, Any] = {"file": file}
    if by_mail:
        said["by_mail"] = True
    if subject and by_mail and facts.get("signal"):
        proofs = {subject: {"signal": facts["signal"], "event": str(uuid)}} if verdict == Verdict.HUMAN else {}
        consent.object_to(wordings.CLICK_PROFILE, proofs, source="signal")
    elif subject and not (by_mail and _objects(subject)):
        said["subject"] = subject.hex
    onsite.record("asset_downloaded", asset_id, said, None, "", facts, at, uuid=uuid)


def _objects(subject: UUID) -> bool:
    if modes.of_country("") != modes.CONSENTED:
        return True
    return consent.answers([subject], wordings.CLICK_PROFILE).get(subject) is False
