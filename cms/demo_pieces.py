"""The demonstration's pieces: Markdown with front matter, covers drawn by code, published at their dates."""

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import frontmatter
from django.core.files.base import ContentFile
from django.db import transaction

from cms import clock, covers, demo_more, pictures
from cms.importers.markdown import body_blocks
from cms.models import AssetPage, Author, BuyingStage, Campaign, HomePage, LibraryImage, Objection, Persona, Topic, User

COVER_QUALITY = 88
PLAIN_FIELDS = ("title", "slug", "summary", "format", "medium", "length", "approach", "shelf_life")


def load(folder: Path, say, campaigns: dict[str, Campaign]) -> None:
    """Make and publish the pieces whose slug is not there yet, oldest first, saying each. `campaigns`: by slug."""
    pieces = [frontmatter.load(path) for path in sorted(folder.glob("*.md"))]
    more = demo_more.told(folder.parent / "more.toml")
    known = set(AssetPage.objects.values_list("slug", flat=True))
    missing = sorted(
        (piece for piece in pieces if piece["slug"] not in known), key=lambda piece: -piece["published_days_ago"]
    )
    for number, piece in enumerate(missing, 1):
        say(f"Piece {number} of {len(missing)}: {piece['title']}")
        cover = _cover(piece)
        # The sizes of a card, so that the first visitor of the front page does not wait for them.
        cover.get_renditions(*pictures.specs(pictures.CARD))
        with transaction.atomic():
            _publish(piece, cover, campaigns.get(piece["slug"]), more.get(piece["slug"], {}))


def _cover(piece) -> LibraryImage:
    """The piece's cover as a library image; found again when an earlier run was cut off after drawing it."""
    title = f"Cover: {piece['title']}"
    if image := LibraryImage.objects.filter(title=title).first():
        return image
    file = BytesIO()
    covers.draw_cover(piece["cover"]["motif"], piece["cover"]["seed"]).save(file, "JPEG", quality=COVER_QUALITY)
    return LibraryImage.objects.create(title=title, file=ContentFile(file.getvalue(), f"{piece['slug']}.jpg"))


def _publish(piece, cover: LibraryImage, campaign: Campaign | None, more: dict) -> None:
    at = clock.now() - timedelta(days=piece["published_days_ago"])
    page = _page(piece, cover, at)
    page.body = [*body_blocks(piece.content), *demo_more.blocks(more)]
    page.campaign, page.derived_from = campaign, demo_more.origin(more)
    HomePage.objects.get().add_child(instance=page)
    _tag(page, piece)
    page.save_revision(user=page.owner).publish(skip_permission_checks=True)
    AssetPage.objects.filter(pk=page.pk).update(last_published_at=at, latest_revision_created_at=at)
    demo_more.note(page, more)


def _page(piece, cover: LibraryImage, at: datetime) -> AssetPage:
    review_by = (at + timedelta(days=piece["review_by_days"])).date() if "review_by_days" in piece.metadata else None
    return AssetPage(
        **{field: piece[field] for field in PLAIN_FIELDS},
        search_description=piece["summary"],
        audience=piece["audience"],
        review_by=review_by,
        cover=cover,
        author=Author.objects.get(slug=piece["author"]),
        primary_stage=BuyingStage.objects.get(slug=piece["primary_stage"]),
        for_all_personas=piece["personas"] == "all",
        owner=User.objects.filter(groups__name="Editor").order_by("pk").first(),
        first_published_at=at,
        live=False,
    )


def _tag(page: AssetPage, piece) -> None:
    page.also_stages.set(BuyingStage.objects.filter(slug__in=piece["also_stages"]))
    if not page.for_all_personas:
        page.personas.set(Persona.objects.filter(slug__in=piece["personas"]))
    page.topics.set(list(Topic.objects.filter(slug__in=piece["topics"])))
    page.objections.set(list(Objection.objects.filter(slug__in=piece.get("objections", []))))
    page.save()
