"""Small charts that are drawn where the page is made: no script, readable as a table, printed as they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format

WIDTH, HEIGHT = 100, 40


@dataclass(frozen=True)
class Point:
    """One figure: its label, the number, and how far along (bars) or how high (lines) it is, 0 to 100."""

    label: str
    number: float
    share: float

    @property
    def words(self) -> str:
        """The number as it is read: 1,234.5, and 3 for 3.0."""
        whole = self.number == int(self.number)
        return number_format(int(self.number) if whole else round(self.number, 4), force_grouping=True)


def scaled(points: Sequence[tuple[str, float]]) -> list[Point]:
    """Each point against the largest; the foot is nought, or the smallest where that is below it. Pure."""
    numbers = [number for _label, number in points]
    foot, top = min(0, *numbers), max(0, *numbers)
    span = (top - foot) or 1
    return [Point(label, number, round(100 * (number - foot) / span, 2)) for label, number in points]


def line(points: Sequence[Point]) -> str:
    """The `points` of an SVG polyline in a box of WIDTH by HEIGHT."""
    step = WIDTH / max(len(points) - 1, 1)
    return " ".join(f"{n * step:.2f},{HEIGHT - point.share * HEIGHT / 100:.2f}" for n, point in enumerate(points))
