"""The library over HTTP: what is published."""

from datetime import datetime

from ninja import Query, Router, Schema

from cms import library
from cms.models import AssetPage

router = Router()
HIGHEST_ID = 2**63 - 1


class Asset(Schema):
    """A published piece, with its tags as slugs."""

    id: int
    title: str
    summary: str
    url: str
    format: str
    stage: str | None
    personas: list[str]
    topics: list[str]
    published_at: datetime | None


class Assets(Schema):
    """One page of pieces; `after` asks for the next, and is null on the last."""

    items: list[Asset]
    after: int | None


@router.get("/assets", response=Assets, auth=None, summary="Published pieces, by id")
def assets(request, after: int = Query(0, ge=0, le=HIGHEST_ID), limit: int = Query(20, ge=1, le=100)):
    """Pieces with an id above `after`, at most `limit`. Public: what the site itself shows."""
    found = library.published().filter(pk__gt=after).order_by("pk")
    found = found.select_related("primary_stage").prefetch_related("personas", "tagged_topics__tag")
    rows = list(found[: limit + 1])
    more = rows[limit - 1].pk if len(rows) > limit else None
    return {"items": [shape(asset, request) for asset in rows[:limit]], "after": more}


def shape(asset: AssetPage, request) -> dict:
    """A piece as the API shows it."""
    return {
        "id": asset.pk,
        "title": asset.title,
        "summary": asset.summary,
        "url": asset.get_full_url(request),
        "format": asset.format,
        "stage": asset.primary_stage.slug if asset.primary_stage else None,
        "personas": [persona.slug for persona in asset.personas.all()],
        "topics": [row.tag.slug for row in asset.tagged_topics.all()],
        "published_at": asset.first_published_at,
    }
