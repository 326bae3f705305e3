"""The file to begin with: the columns that are understood, with two rows as an example."""

from collections.abc import Iterator

from cms.models import BuyingStage, Persona, Topic
from editorial.plans.columns import FIELDS

SAID = {
    "title": ("Five signs that a load was warm", "What a recall costs"),
    "due_on": ("2027-03-31", "2027-04-14"),
    "format": ("Article", "Checklist"),
    "step": ("Idea", "Brief"),
    "question": ("How do I see that a load was warm?", "What does a recall cost us?"),
    "notes": ("Ask the quality team for pictures.", ""),
    "key": ("1", "2"),
}


def lines() -> Iterator[list[str]]:
    """Head and two rows, with a stage, persona and topic that this newsroom has. Three queries."""
    yield [str(label) for label in FIELDS.values()]
    for at in (0, 1):
        row = {name: said[at] for name, said in SAID.items()}
        for name, model in (("stage", BuyingStage), ("personas", Persona), ("topics", Topic)):
            row[name] = ", ".join(model.objects.values_list("name", flat=True)[at : at + 1])
        yield [row.get(name, "") for name in FIELDS]
