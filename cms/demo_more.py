"""What some of the demonstration's pieces have besides their text: figures, ways on, an origin, a note."""

import tomllib
from pathlib import Path

from cms import clock, policy
from cms.models import AssetPage, Author, PieceNote, User


def told(path: Path) -> dict[str, dict]:
    """{slug: {"blocks", "derived_from", "note"}}, each where there is one."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def blocks(more: dict) -> list[tuple[str, dict]]:
    """The blocks behind the text of a piece, as its body takes them. Pages that are not there yet are left out."""
    return [(row["kind"], _value(row)) for row in more.get("blocks", [])]


def origin(more: dict) -> AssetPage | None:
    """The piece that it was made from."""
    return AssetPage.objects.filter(slug=more.get("derived_from", "")).first()


def note(piece: AssetPage, more: dict) -> None:
    """What the first sales manager tells colleagues about it."""
    if "note" in more:
        user = User.objects.filter(groups__name=policy.SALES_MANAGER).order_by("pk").first()
        PieceNote.objects.create(asset=piece, user=user, text=more["note"], written_at=clock.now())


def _value(row: dict) -> dict:
    value = {name: one for name, one in row.items() if name != "kind"}
    if "points" in value:
        value["points"] = [{"label": label, "number": number} for label, number in value["points"]]
    if "pieces" in value:
        value["pieces"] = list(AssetPage.objects.filter(slug__in=value["pieces"]).order_by("pk"))
    if "profile" in value:
        value["profile"] = Author.objects.filter(slug=value["profile"]).first()
    if "page" in value:
        value["page"] = AssetPage.objects.filter(slug=value["page"]).first()
    return value
