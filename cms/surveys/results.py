"""What was answered, question by question, for all and by the stage or persona of who answered."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Avg, Count, Max, Min, QuerySet
from django.utils.translation import gettext as _

from cms.surveys.asking import SCALE
from cms.surveys.models import Answer, AnswerSet, Question, Survey

ENOUGH = 5  # fewer answers than this are not told apart: a share of three people is three people
STAGE, PERSONA = "stage", "persona"
ALL = "all"
_ORDER = {STAGE: "stage__sort_order", PERSONA: "persona__name"}


@dataclass(frozen=True)
class Column:
    """One group of people who answered a question: all, or those of a stage or persona."""

    name: str
    people: int

    @property
    def is_enough(self) -> bool:
        """May its answers be told apart?"""
        return self.people >= ENOUGH


@dataclass(frozen=True)
class Cell:
    """How many of a group chose an answer, and which part of the group that is, in percent."""

    count: int
    percent: int


@dataclass(frozen=True)
class Figures:
    """A number's or scale's answers in a group."""

    average: float
    lowest: float
    highest: float


@dataclass
class Tally:
    """One question's answers. `lines` hold (answer, [Cell or None for each column]); None: too few to tell."""

    question: Question
    columns: list[Column]
    lines: list[tuple[str, list[Cell | None]]] = field(default_factory=list)
    figures: list[Figures | None] = field(default_factory=list)

    @property
    def people(self) -> int:
        """How many answered it."""
        return self.columns[0].people


def of(survey: Survey, *, round: int | None = None) -> QuerySet[AnswerSet]:
    """The sets of answers to a survey, in one round or in all."""
    sets = AnswerSet.objects.filter(survey=survey)
    return sets if round is None else sets.filter(round=round)


def tallies(survey: Survey, sets: QuerySet[AnswerSet], by: str = STAGE) -> list[Tally]:
    """A Tally a question, in their order. Five queries, whatever the number of questions, groups and answers."""
    questions = list(survey.questions.all())
    groups = _groups(sets, by)
    people, counts, figures = _people(sets, by), _counts(sets, by), _figures(sets, by)
    return [_tally(question, groups, people, counts, figures) for question in questions]


def texts(question: Question, sets: QuerySet[AnswerSet], words: str = "") -> QuerySet[Answer]:
    """What was answered to it in the readers' own words, newest first; every one of `words` occurs."""
    rows = Answer.objects.filter(question=question, answer_set__in=sets).exclude(text="")
    for word in words.split()[:6]:
        rows = rows.filter(text__icontains=word)
    return rows.select_related("answer_set__stage", "answer_set__persona").order_by("-pk")


def rounds(survey: Survey) -> list[tuple[int, int]]:
    """(round, how many answered in it), the newest round first. One query."""
    rows = AnswerSet.objects.filter(survey=survey).order_by("-round").values_list("round")
    return list(rows.annotate(n=Count("pk")))


def _groups(sets: QuerySet[AnswerSet], by: str) -> list[tuple[object, str]]:
    """(key, name) of all, then of each group that answered at all, those not known last."""
    rows = sets.order_by(_ORDER[by]).values_list(by, f"{by}__name").distinct()
    named = [(key, name) for key, name in rows if key is not None]
    unknown = [(None, _("Not known"))] if any(key is None for key, _name in rows) else []
    return [(ALL, _("All")), *named, *unknown]


def _answers(sets: QuerySet[AnswerSet]):
    return Answer.objects.filter(answer_set__in=sets.order_by().values("pk")).order_by()


def _people(sets, by: str) -> dict[tuple, int]:
    """{(question, group): how many people answered it}, with ALL as a group."""
    rows = _answers(sets).values_list("question", f"answer_set__{by}")
    return _with_all(rows.annotate(n=Count("answer_set", distinct=True)))


def _counts(sets, by: str) -> dict[tuple, int]:
    """{(question, group, answer): how many}, of what is chosen and not written."""
    kinds = (Question.Kind.ONE, Question.Kind.SEVERAL, Question.Kind.SCALE)
    chosen = _answers(sets).filter(question__field_type__in=kinds)
    rows = chosen.values_list("question", f"answer_set__{by}", "text").annotate(n=Count("pk"))
    return _with_all(rows)


def _figures(sets, by: str) -> dict[tuple, Figures]:
    """{(question, group): Figures} of scales and numbers. Two queries."""
    numbers = _answers(sets).filter(number__isnull=False)
    reckoned = {"average": Avg("number"), "lowest": Min("number"), "highest": Max("number")}
    grouped = numbers.values_list("question", f"answer_set__{by}").annotate(**reckoned)
    total = numbers.values_list("question").annotate(**reckoned)
    found = {(question, group): Figures(*values) for question, group, *values in grouped}
    return found | {(question, ALL): Figures(*values) for question, *values in total}


def _with_all(rows: Iterable[tuple]) -> dict[tuple, int]:
    found: dict[tuple, int] = {}
    for question, group, *rest, n in rows:
        for key in ((question, group, *rest), (question, ALL, *rest)):
            found[key] = found.get(key, 0) + n
    return found


def _tally(question: Question, groups, people: dict, counts: dict, figures: dict) -> Tally:
    columns = [Column(str(name), people.get((question.pk, key), 0)) for key, name in groups]
    tally = Tally(question, columns)
    answers = [str(n) for n in SCALE] if question.field_type == Question.Kind.SCALE else question.lines
    if question.is_choice or question.field_type == Question.Kind.SCALE:
        for answer in answers:
            found = [counts.get((question.pk, key, answer), 0) for key, _name in groups]
            tally.lines.append((answer, [_cell(n, column) for n, column in zip(found, columns, strict=True)]))
    if question.field_type in (Question.Kind.SCALE, Question.Kind.NUMBER):
        tally.figures = [
            figures.get((question.pk, key)) if column.is_enough else None
            for (key, _name), column in zip(groups, columns, strict=True)
        ]
    return tally


def _cell(count: int, column: Column) -> Cell | None:
    return Cell(count, round(100 * count / column.people)) if column.is_enough else None
