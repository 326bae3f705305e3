"""A persona as its evidence shows it: who they are, what they said in surveys, polls and interviews, what they read,
what there is for them and what is missing."""

from dataclasses import dataclass, field

from django.db.models import Count, Q

from cms import library, ports
from cms.models import Answer, AnswerSet, AssetPage, BuyingStage, Persona, PersonaNote, PollAnswer, Question
from cms.surveys.results import ENOUGH

SURVEYS, POLLS, PIECES, NOTES = 5, 10, 20, 50
TOP = 3


@dataclass
class Said:
    """A question that people of this persona answered, and their answers, the most frequent first, with percents.

    `lines` is None while fewer than ENOUGH of them have answered.
    """

    question: str
    people: int
    lines: list[tuple[str, int]] | None = None
    pk: int = 0


@dataclass
class Told:
    """A survey's answers by this persona."""

    survey_id: int
    title: str
    people: int
    questions: list[Said] = field(default_factory=list)


def standing(persona: Persona) -> tuple[list[tuple[BuyingStage, int, int]], int] | None:
    """([(stage, contacts, accounts)], contacts in all), stages in their order; None: not known yet."""
    known = ports.audience()
    if known is None:
        return None
    none = {"contacts": 0, "accounts": 0}
    rows = [(stage, known.get((stage.pk, persona.pk), none)) for stage in BuyingStage.objects.all()]
    return [(stage, row["contacts"], row["accounts"]) for stage, row in rows], sum(row["contacts"] for _s, row in rows)


def surveys(persona: Persona) -> list[Told]:
    """What they answered in the newest surveys: choices only, own words are read there. Three queries at most."""
    mine = AnswerSet.objects.filter(persona=persona)
    newest = mine.order_by("-survey").values_list("survey", "survey__title").annotate(n=Count("pk"))[:SURVEYS]
    told = {pk: Told(pk, title, n) for pk, title, n in newest}
    if not told:
        return []
    kinds = (Question.Kind.ONE, Question.Kind.SEVERAL, Question.Kind.SCALE)
    rows = Answer.objects.filter(
        answer_set__persona=persona, question__survey__in=told, question__field_type__in=kinds
    ).order_by("question__survey", "question__sort_order", "question")
    names = ("question__survey", "question", "question__label")
    for survey, pk, label, n in rows.values_list(*names).annotate(n=Count("answer_set", distinct=True)):
        told[survey].questions.append(Said(label, n, pk=pk))
    counted: dict[int, list[tuple[str, int]]] = {}
    for pk, text, n in rows.values_list("question", "text").annotate(n=Count("pk")):
        counted.setdefault(pk, []).append((text, n))
    for one in told.values():
        for said in one.questions:
            said.lines = _top(counted.get(said.pk, []), said.people)
    return list(told.values())


def polls(persona: Persona) -> list[Said]:
    """What they answered in the newest polls. One query."""
    rows = PollAnswer.objects.filter(persona=persona).order_by("-poll").values_list("poll", "poll__question")
    found: dict[int, tuple[str, list[tuple[str, int]]]] = {}
    for pk, question, option, n in rows.values_list("poll", "poll__question", "option__text").annotate(n=Count("pk")):
        found.setdefault(pk, (question, []))[1].append((option, n))
    said = []
    for question, lines in list(found.values())[:POLLS]:
        people = sum(n for _option, n in lines)
        said.append(Said(question, people, _top(lines, people)))
    return said


def interviews(persona: Persona) -> list[PersonaNote]:
    """The newest notes of interviews, with who asked."""
    return list(PersonaNote.objects.filter(persona=persona).select_related("held_by")[:NOTES])


def reading(persona: Persona) -> list[tuple[AssetPage, int]] | None:
    """[(piece, readers of this persona)], most read first; None: not known yet."""
    read = ports.persona_reading(persona.pk)
    if read is None:
        return None
    pieces = AssetPage.objects.filter(pk__in=[pk for pk, _n in read]).defer("body").in_bulk()
    return [(pieces[pk], n) for pk, n in read if pk in pieces]


def pieces(persona: Persona) -> list[tuple[AssetPage, dict | None]]:
    """The newest pieces made for this persona by name, with their figures where known."""
    made = AssetPage.objects.live().filter(personas=persona).select_related("primary_stage").defer("body")
    found = list(made.order_by(*library.NEWEST_FIRST)[:PIECES])
    figures = ports.asset_figures([piece.pk for piece in found])
    return [(piece, figures.get(piece.pk)) for piece in found]


def supply(persona: Persona) -> list[tuple[BuyingStage, int, int]]:
    """(stage, pieces for them by name, pieces for everybody) of what the site lists, stages in their order."""
    listed = library.published(None).order_by().values("pk")
    for_them = Q(primary_assets__in=listed, primary_assets__personas=persona)
    for_all = Q(primary_assets__in=listed, primary_assets__for_all_personas=True)
    stages = BuyingStage.objects.annotate(
        named=Count("primary_assets", filter=for_them, distinct=True),
        shared=Count("primary_assets", filter=for_all, distinct=True),
    )
    return [(stage, stage.named, stage.shared) for stage in stages]


def _top(lines: list[tuple[str, int]], people: int) -> list[tuple[str, int]] | None:
    if people < ENOUGH:
        return None
    best = sorted(lines, key=lambda line: (-line[1], line[0]))[:TOP]
    return [(text, round(100 * n / people)) for text, n in best]
