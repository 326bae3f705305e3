"""A new version of a survey: the same questions again, to be changed, with none of the answers."""

from django.db import transaction
from wagtail.log_actions import log

from cms import clock
from cms.surveys.models import Meaning, Question, Survey

CARRIED = ("intro", "thanks", "purpose", "consent_wording", "is_offered", "stage_id", "topic_id", "repeats_yearly")
ASKED = ("sort_order", "label", "field_type", "required", "choices", "help_text", "tells")


@transaction.atomic
def new_version(survey: Survey, user) -> Survey:
    """A closed copy with questions and what their answers tell; `earlier` leads back to this one."""
    made = Survey.objects.create(
        title=survey.title,
        slug=_free_slug(survey.slug),
        owner=user,
        earlier=survey,
        asked_at=clock.now(),
        **{name: getattr(survey, name) for name in CARRIED},
    )
    for question in survey.questions.prefetch_related("meanings"):
        copy = Question(survey=made, **{name: getattr(question, name) for name in ASKED})
        copy.save()
        Meaning.objects.bulk_create(
            Meaning(question=copy, choice=one.choice, persona_id=one.persona_id, topic_id=one.topic_id)
            for one in question.meanings.all()
        )
    log(made, "survey.copied", user=user, data={"from": survey.pk})
    return made


def _free_slug(slug: str) -> str:
    """The next free one: "who-reads-us-2"."""
    stem = slug.rstrip("0123456789").removesuffix("-") if slug[-1:].isdigit() and "-" in slug else slug
    stem = stem[:40] or "survey"
    taken = set(Survey.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
