"""The demonstration's survey, with what its answers tell; nurture's demonstration lets its people answer it."""

import tomllib
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from cms import clock
from cms.models import Meaning, Persona, Question, Survey, Topic, User

FILE = Path(__file__).resolve().parent / "demo_content" / "survey.toml"


def told() -> dict:
    """The survey as written in survey.toml."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@transaction.atomic
def load() -> Survey | None:
    """The survey, open, where nobody has made any; None when there was one."""
    if Survey.objects.exists():
        return None
    content = told()
    texts = {name: content[name] for name in ("title", "slug", "intro", "thanks", "purpose", "consent_wording")}
    survey = Survey.objects.create(
        **texts,
        is_open=True,
        is_offered=True,
        topic=Topic.objects.filter(slug=content["topic"]).first(),
        closes_on=clock.now().date() + timedelta(days=60),
        owner=User.objects.filter(groups__name="Marketer").order_by("pk").first(),
    )
    for number, row in enumerate(content["questions"]):
        _ask(survey, number, row)
    return survey


def _ask(survey: Survey, number: int, row: dict) -> None:
    question = Question(
        survey=survey,
        sort_order=number,
        label=row["label"],
        field_type=row["field_type"],
        help_text=row.get("help_text", ""),
        choices="\n".join(row.get("choices", ())),
        tells=row.get("tells", ""),
    )
    question.save()
    models = {"persona": Persona, "topic": Topic}
    rows = models[question.tells].objects.in_bulk(field_name="slug") if question.tells else {}
    for choice, slug in zip(row.get("choices", ()), row.get("means", ()), strict=False):
        if slug in rows:
            Meaning.objects.create(question=question, choice=choice, **{question.tells: rows[slug]})
