"""How well a cell of the coverage map is covered, and how long it lasts, by the levels that the team sets."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from editorial.models import CoverageLevels


@dataclass(frozen=True)
class State:
    """A judgement of a cell: never by colour alone, so a word and an icon too."""

    key: str
    word: str
    icon: str


NONE = State("none", gettext_lazy("None"), "circle-xmark")
THIN = State("thin", gettext_lazy("Thin"), "warning")
ENOUGH = State("enough", gettext_lazy("Enough"), "circle-check")
CROWDED = State("crowded", gettext_lazy("Crowded"), "group")

SHORT = State("short", gettext_lazy("runs out soon"), "warning")
LASTS = State("lasts", gettext_lazy("lasts"), "time")


def state_of(live: int, levels: CoverageLevels) -> State:
    """How well so many good live pieces cover a cell."""
    if live == 0:
        return NONE
    return THIN if live < levels.enough_from else ENOUGH if live < levels.crowded_from else CROWDED


def supply_of(weeks: float | None, levels: CoverageLevels) -> State | None:
    """Do so many weeks of unread supply last? None: not known yet."""
    if weeks is None:
        return None
    return SHORT if weeks < levels.weeks_from else LASTS
