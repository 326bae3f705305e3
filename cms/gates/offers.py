"""Which gate stands before the files of a piece, and which files those are."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from wagtail.blocks import StructValue

from cms import library
from cms.gates.models import Gate
from cms.models import AssetFile, AssetPage
from cms.models.pages import Audience
from cms.track_blocks import label_of

HIGHEST = 2**63
# Behind a gate: its own, its stage's; or neither is known, and then nothing is given away.
LOCKED = Q(audience=Audience.GATED) & (
    Q(gate__isnull=False) | Q(primary_stage__isnull=True) | Q(primary_stage__default_gate__isnull=False)
)


@dataclass(frozen=True)
class Offer:
    """The files of a piece and what stands before them: a gate, or nothing."""

    piece: AssetPage
    files: list[AssetFile]
    gate: Gate | None
    is_locked: bool


def gate_of(piece: AssetPage) -> Gate | None:
    """The gate before the files of a gated piece: its own, else its stage's. None: it has none."""
    if piece.audience != Audience.GATED:
        return None
    return piece.gate or (piece.primary_stage.default_gate if piece.primary_stage else None)


def is_locked(piece: AssetPage) -> bool:
    """Are its files given through a form only? A gated piece of which nobody said how gives nothing away."""
    return piece.audience == Audience.GATED and (gate_of(piece) is not None or piece.primary_stage_id is None)


def of(piece: AssetPage) -> Offer:
    """What this piece offers to take along. One query, two more where a gate is to be found.

    Behind a gate are also the files that its text offers, and the captions of all of them; what an open piece offers
    stands in the text alone.
    """
    files = list(AssetFile.objects.filter(page=piece.pk).select_related("document").order_by("sort_order", "pk"))
    locked = is_locked(piece)
    if locked:
        files += _in_text(piece, {file.document_id for file in files})
        files += _captions(piece, {file.document_id for file in files})
    return Offer(piece, files, gate_of(piece) if files else None, locked if files else False)


def _in_text(piece: AssetPage, known: set[int]) -> list[AssetFile]:
    """The files of download blocks that are not among `known`, each once, as if they were attached."""
    blocks = [block.value for block in piece.body if block.block_type == "download" and block.value["document"]]
    said = {block["document"].pk: block for block in blocks if block["document"].pk not in known}
    return [AssetFile(page=piece, document=block["document"], label=block["label"]) for block in said.values()]


def transcripts(offer: Offer) -> list[StructValue]:
    """The blocks of the recordings among its files that say in words what is heard."""
    played = _played(offer.piece, {file.document_id for file in offer.files})
    return [block for block in played if block["transcript"]]


def _captions(piece: AssetPage, offered: set[int]) -> list[AssetFile]:
    """Of the recordings among `offered` that its text plays, as they are called in a player; each file once."""
    tracks = [track for block in _played(piece, offered) for track in block["tracks"] if track["file"]]
    said = {track["file"].pk: track for track in tracks if track["file"].pk not in offered}
    return [AssetFile(page=piece, document=track["file"], label=label_of(track)) for track in said.values()]


def _played(piece: AssetPage, offered: set[int]) -> list[StructValue]:
    played = [block.value for block in piece.body if block.block_type in ("video", "audio")]
    return [block for block in played if block["file"] and block["file"].pk in offered]


def gated(pk: int) -> Offer | None:
    """The offer of a listed piece whose files stand behind a gate; None for any other number."""
    pieces = library.published(Audience.GATED).select_related("gate", "primary_stage__default_gate")
    piece = pieces.filter(pk=pk).first() if pk < HIGHEST else None  # SQLite cannot be asked for more
    offer = of(piece) if piece else None
    return offer if offer and offer.files and offer.gate else None


def standing(gate: Gate) -> QuerySet[AssetPage]:
    """The live pieces that this gate stands before, newest first."""
    by_stage = Q(gate__isnull=True, primary_stage__default_gate=gate)
    return library.published(Audience.GATED).filter(Q(gate=gate) | by_stage)


def is_shown(piece: AssetPage) -> bool:
    """May readers see the piece at all, on a list or by its address?"""
    return library.published(None).filter(pk=piece.pk).exclude(audience=Audience.SALES_ONLY).exists()
