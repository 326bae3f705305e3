"""A library of invented pieces, made set by set: what a benchmark, or a test of large lists, fills a site with."""

import io
from datetime import timedelta

SENTENCE = "the cold chain is as warm as its warmest hour and refrigeration costs what nobody has measured yet "
BODY = [{"type": "text", "value": f"<h2>What it costs</h2><p>{SENTENCE * 45}</p>"}]


def publish(count: int, *, covers=(), body=BODY) -> None:
    """Live pieces up to `count`, tagged in turn with eight topics, six personas, five authors and every stage, whose
    slugs are `bench-0`, …; `covers` go round. The search index is the caller's to fill."""
    from cms.models import AssetPage, Author, BuyingStage, Persona, Topic
    from cms.models.pages import AssetTopic

    made = _pages(count)
    topics, personas = [_one(Topic, n) for n in range(8)], [_one(Persona, n) for n in range(6)]
    authors, stages = [_one(Author, n) for n in range(5)], list(BuyingStage.objects.all())
    assets = [
        AssetPage(
            page_ptr_id=page.pk,
            summary="What it costs, and who pays.",
            body=body,
            cover=covers[n % len(covers)] if covers else None,
            author=authors[n % 5],
            primary_stage=stages[n % len(stages)],
        )
        for n, page in made
    ]
    for start in range(0, len(assets), 200):
        AssetPage._base_manager._insert(assets[start : start + 200], fields=AssetPage._meta.local_concrete_fields)
    through = AssetPage.personas.through
    rows = [through(assetpage_id=page.pk, persona_id=personas[n % 6].pk) for n, page in made]
    through.objects.bulk_create(rows, batch_size=500)
    tags = [AssetTopic(content_object_id=page.pk, tag=topics[(n + more) % 8]) for n, page in made for more in (0, 3)]
    AssetTopic.objects.bulk_create(tags, batch_size=500)


def _pages(count: int) -> list:
    """[(number, page)] of the pages that were missing, one under the other's path."""
    from django.contrib.contenttypes.models import ContentType
    from django.utils import timezone
    from wagtail.models import Locale, Page

    from cms.models import AssetPage, HomePage

    home, now = HomePage.objects.get(), timezone.now()
    begun = AssetPage.objects.count()
    shared = {
        "depth": home.depth + 1,
        "content_type": ContentType.objects.get_for_model(AssetPage),
        "locale": Locale.get_default(),
        "live": True,
    }
    numbers = range(begun + 1, count + 1)
    rows = (
        Page(title=f"The load that looked fine, part {n}", slug=f"bench-{n}", url_path=f"/home/bench-{n}/",
             path=Page._get_path(home.path, home.depth + 1, n), draft_title=f"Part {n}",
             first_published_at=now - timedelta(days=n % 730, hours=1), last_published_at=now, **shared)
        for n in numbers
    )  # fmt: skip
    made = Page.objects.bulk_create(rows, batch_size=200)
    HomePage.objects.filter(pk=home.pk).update(numchild=count)
    return list(zip(numbers, made, strict=True))


def _one(model, n: int):
    return model.objects.get_or_create(slug=f"bench-{n}", defaults={"name": f"Bench {n}"})[0]


def covers() -> list:
    """Twenty covers in every size."""
    from django.core.files.images import ImageFile
    from PIL import Image

    from cms import pictures
    from cms.models import LibraryImage

    for n in range(LibraryImage.objects.count(), 20):
        file = io.BytesIO()
        Image.new("RGB", (1600, 900), (n * 10, 80, 120)).save(file, "PNG")
        cover = LibraryImage.objects.create(title=f"Cover {n}", file=ImageFile(file, name=f"cover-{n}.png"))
        pictures.prepare(cover)
    return list(LibraryImage.objects.all())
