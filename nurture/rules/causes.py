"""What a rule can react to: one shape for a reading and for a stage change."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from nurture.contacts.models import Engagement, StageChange


@dataclass(frozen=True)
class Cause:
    """Something that happened to a contact. Tags are those of the piece when it was read; ids throughout."""

    uuid: UUID
    trigger: str
    contact_id: int
    at: datetime
    kind: str = ""
    asset_id: int | None = None
    asset_title: str = ""
    stage_id: int | None = None
    personas: tuple[int, ...] = ()
    topics: tuple[int, ...] = ()
    format: str = ""
    seconds: int = 0
    by_mail_link: bool = False
    by_claim: bool = False
    from_stage_id: int | None = None
    to_stage_id: int | None = None

    def as_json(self) -> dict:
        """For the ActionRun: the explanation must not depend on rows that change later."""
        return asdict(self) | {"uuid": str(self.uuid), "at": self.at.isoformat()}


def from_engagement(engagement: Engagement) -> Cause:
    """A piece was read, rated, downloaded …: the trigger `asset_engaged`."""
    return Cause(
        uuid=engagement.event_uuid,
        trigger="asset_engaged",
        contact_id=engagement.contact_id,
        at=engagement.occurred_at,
        kind=engagement.kind,
        asset_id=engagement.asset_id,
        asset_title=engagement.asset_title,
        stage_id=engagement.stage_id,
        personas=tuple(engagement.personas),
        topics=tuple(engagement.topics),
        format=engagement.format,
        seconds=_seconds(engagement.properties),
        by_mail_link=engagement.by_mail_link,
        by_claim=engagement.by_claim,
    )


def from_stage_change(change: StageChange) -> Cause:
    """A contact moved: the trigger `stage_changed`."""
    return Cause(
        uuid=change.uuid,
        trigger="stage_changed",
        contact_id=change.contact_id,
        at=change.at,
        from_stage_id=change.from_stage_id,
        to_stage_id=change.to_stage_id,
    )


def _seconds(properties: dict) -> int:
    """Visible reading time; what a browser sends need not be a number."""
    value = properties.get("seconds")
    return int(value) if isinstance(value, int | float) else 0
