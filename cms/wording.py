"""The buying cycle in a reader's own words. A stage's name and definition are ours; a reader is never told them."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cms.models import BuyingStage


@dataclass(frozen=True)
class Wording:
    """What a reader at a stage would say, and what we offer them."""

    says: str
    offer: str


# By slug of the eight default stages. A stage that a team has added or renamed speaks by its own name.
_BY_SLUG = {
    "epiphany": Wording(
        _("Something feels off"),
        _("You have a hunch that the way it is done today costs more than it should. Start with what surprises."),
    ),
    "awareness": Wording(
        _("I want to understand the problem"),
        _("What it is, how large it is, and whose job it is: words and ways to measure it at home."),
    ),
    "interest": Wording(
        _("How could it be solved?"),
        _("The approaches side by side, doing nothing among them, with the price and the limits of each."),
    ),
    "consideration": Wording(
        _("We are comparing"),
        _("For the people at the table: cases, questions to ask, and the arithmetic for your own figures."),
    ),
    "decision": Wording(
        _("I have to decide, and defend it"),
        _("What takes the risk out: trials, references, terms, and a plan for the first weeks."),
    ),
    "adoption": Wording(
        _("We are getting started"),
        _("One step at a time, for those who will work with it every day."),
    ),
    "value": Wording(
        _("We want more out of it"),
        _("What others measured after a year, and what they did next."),
    ),
    "advocacy": Wording(
        _("I would like to compare notes"),
        _("Peers in their own words, and places to meet them."),
    ),
}


def for_reader(stage: BuyingStage) -> Wording:
    """The stage as a reader would put it."""
    return _BY_SLUG.get(stage.slug) or Wording(stage.name, "")
