"""A survey's sendings by mail, on its page in the library: `{% survey_waves survey %}`."""

from typing import Any

from django import template

from cms import policy
from cms.models import Survey
from nurture.contacts import audience
from nurture.surveys import waves

register = template.Library()


@register.inclusion_tag("nurture/surveys/waves.html", takes_context=True)
def survey_waves(context: template.Context, survey: Survey) -> dict[str, Any]:
    """Its waves with what came of them, and the way to a new one for who may send."""
    found = waves.of_survey(survey)
    words = audience.Words.load() if found else None
    for wave in found:
        wave.words = words.of(audience.Choice.of(wave.audience))
    may_send = policy.may(context["request"].user, "survey.send")
    return {"survey": survey, "waves": found, "may_send": may_send}
