"""The demonstration's gate, and the files behind it: a white paper and a workbook, made once."""

from pathlib import Path

import frontmatter
from django.core.files.base import ContentFile
from django.db import transaction

from cms import demo_papers
from cms.models import AssetFile, AssetPage, BuyingStage, Gate, GateQuestion, LibraryDocument


def load(told: dict, folder: Path, say) -> None:
    """Make the gate, put it before its stages and pieces, attach their files. Where there is a gate, nothing."""
    if Gate.objects.exists():
        return
    say(f"Gate: {told['name']}")
    with transaction.atomic():
        gate = Gate(**{name: told[name] for name in ("name", "heading", "intro", "button")})
        gate.questions = [GateQuestion(sort_order=number, **row) for number, row in enumerate(told["questions"])]
        gate.save()
        BuyingStage.objects.filter(slug__in=told["stages"], default_gate=None).update(default_gate=gate)
    for file in told["files"]:
        piece = AssetPage.objects.filter(slug=file["piece"], audience="gated").first()
        if piece and not piece.files.exists():
            _attach(piece, file, gate, frontmatter.load(folder / f"{file['piece']}.md"))


@transaction.atomic
def _attach(piece: AssetPage, file: dict, gate: Gate, source) -> None:
    """As an editor would: a new version, published, so that the next one has it too. Its dates stay."""
    if file["name"].endswith(".pdf"):
        content = demo_papers.pdf(piece.title, source.content)
    else:
        content = demo_papers.score_sheet(source.content)
    document = LibraryDocument(title=file["label"], file=ContentFile(content, name=file["name"]))
    document._set_document_file_metadata()
    document.save()
    page = piece.get_latest_revision_as_object()
    page.files = [AssetFile(document=document, label=file["label"])]
    if page.primary_stage.default_gate_id is None:
        page.gate = gate
    page.save_revision(user=page.owner).publish(skip_permission_checks=True)
    dates = {name: getattr(piece, name) for name in ("last_published_at", "latest_revision_created_at")}
    AssetPage.objects.filter(pk=piece.pk).update(**dates)
