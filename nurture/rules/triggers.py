"""What sets a rule off. Each trigger: key, label, block (its form), sentence(params), matches(cause, params, tags)."""

from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from nurture.registry import register
from nurture.rules import choices
from nurture.rules.causes import Cause
from nurture.rules.choices import Tags
from tracking.kinds import ABOUT_NO_PIECE, OFFLINE_KINDS


def several(options, label) -> blocks.MultipleChoiceBlock:
    """Tick any number; none lets all through."""
    return blocks.MultipleChoiceBlock(
        choices=options, required=False, label=label, widget=CheckboxSelectMultiple(), help_text=_("None ticked: any.")
    )


class AssetEngagedBlock(blocks.StructBlock):
    """Which reading counts: every field that is filled must match; an empty one lets all through."""

    kinds = blocks.MultipleChoiceBlock(
        choices=choices.kinds,
        default=["page_viewed", "asset_read", "asset_downloaded"],
        label=_("What they did"),
        widget=CheckboxSelectMultiple(),
    )
    pieces = blocks.ListBlock(blocks.PageChooserBlock("cms.AssetPage"), default=[], label=_("Only these pieces"))
    stages = several(choices.stages, _("Pieces of these stages"))
    personas = blocks.MultipleChoiceBlock(
        choices=choices.personas, required=False, label=_("Pieces for these personas")
    )
    topics = several(choices.topics, _("Pieces about these topics"))
    formats = several(choices.formats, _("Pieces of these formats"))
    min_seconds = blocks.IntegerBlock(
        required=False, min_value=0, label=_("Read for at least (seconds)"), help_text=_("Asks for `asset read`.")
    )

    class Meta:
        icon = "doc-full"


@register("trigger")
class AssetEngaged:
    """A contact did something with a piece."""

    key, label, block = "asset_engaged", _("Somebody reads, rates or downloads a piece"), AssetEngagedBlock

    @staticmethod
    def sentence(params) -> str:
        """Plain words, for lists and explanations."""
        pieces = ", ".join(f"“{page.title}”" for page in params["pieces"] if page)
        parts = [_g("somebody"), choices.named(params["kinds"], choices.kinds()), pieces or _something(params["kinds"])]
        for field, words, options in (
            ("stages", _g("of the stage %s"), choices.stages),
            ("personas", _g("for %s"), choices.personas),
            ("topics", _g("about %s"), choices.topics),
            ("formats", _g("of the format %s"), choices.formats),
        ):
            if params[field]:
                parts.append(words % choices.named(params[field], options()))
        if params["min_seconds"]:
            parts.append(_g("for at least %s seconds") % params["min_seconds"])
        return " ".join(part for part in parts if part)

    @staticmethod
    def matches(cause: Cause, params, tags: Tags) -> bool:
        """Every filled field must match. `params` as stored: slugs, and page ids in `pieces`. No query."""
        pieces = {item["value"] for item in params.get("pieces", ())}
        stages, personas, topics = params.get("stages"), params.get("personas"), params.get("topics")
        return (
            (not params.get("kinds") or cause.kind in params["kinds"])
            and (not pieces or cause.asset_id in pieces)
            and (not stages or cause.stage_id in _ids(stages, tags.stages))
            and (not personas or bool(_ids(personas, tags.personas) & set(cause.personas)))
            and (not topics or bool(_ids(topics, tags.topics) & set(cause.topics)))
            and (not params.get("formats") or cause.format in params["formats"])
            and cause.seconds >= (params.get("min_seconds") or 0)
        )


def _something(kinds) -> str:
    """A meeting need not be about a piece of ours, and a subscription is about none."""
    if kinds and set(kinds) <= set(ABOUT_NO_PIECE):
        return ""
    return _g("anything") if kinds and set(kinds) <= set(OFFLINE_KINDS) else _g("a piece")


class StageChangedBlock(blocks.StructBlock):
    """Into which stages."""

    to_stages = several(choices.stages, _("Into these stages"))

    class Meta:
        icon = "order"


@register("trigger")
class StageChanged:
    """A contact moved to another stage, by a rule or by hand."""

    key, label, block = "stage_changed", _("Somebody moves to another stage"), StageChangedBlock

    @staticmethod
    def sentence(params) -> str:
        """Plain words."""
        if not params["to_stages"]:
            return _g("somebody moves to another stage")
        return _g("somebody moves to %s") % choices.named(params["to_stages"], choices.stages())

    @staticmethod
    def matches(cause: Cause, params, tags: Tags) -> bool:
        """True when the new stage is one of those named, or none is."""
        return not params.get("to_stages") or cause.to_stage_id in _ids(params["to_stages"], tags.stages)


def _ids(slugs, known: dict[str, int]) -> set[int]:
    return {known[slug] for slug in slugs if slug in known}
