"""Choices of the rule form, read when the form is shown, and what the chosen slugs mean as ids."""

from dataclasses import dataclass

from cms.models import BuyingStage, Persona, Topic
from cms.models.pages import Format
from tracking.kinds import KINDS

KIND_LABELS = {kind: kind.replace("_", " ") for kind in KINDS}


def stages():
    """(slug, name) of the buying stages, in order."""
    return list(BuyingStage.objects.values_list("slug", "name"))


def personas():
    """(slug, name) of the personas."""
    return list(Persona.objects.values_list("slug", "name"))


def topics():
    """(slug, name) of the topics."""
    return list(Topic.objects.values_list("slug", "name"))


def formats():
    """(key, label) of the formats."""
    return Format.choices


def kinds():
    """(key, label) of what readers do."""
    return list(KIND_LABELS.items())


@dataclass(frozen=True)
class Tags:
    """Slug to id, and slug to name, of everything a rule may name. Loaded once a batch: three queries."""

    stages: dict[str, int]
    personas: dict[str, int]
    topics: dict[str, int]

    @classmethod
    def load(cls) -> "Tags":
        return cls(
            dict(BuyingStage.objects.values_list("slug", "pk")),
            dict(Persona.objects.values_list("slug", "pk")),
            dict(Topic.objects.values_list("slug", "pk")),
        )


def named(slugs, choices) -> str:
    """'Interest or Decision' for slugs; a slug whose row is gone stands as itself."""
    labels = dict(choices)
    return " or ".join(str(labels.get(slug, slug)) for slug in slugs)
