"""A survey, a mail that asks to answer it and a mail with a row of stars."""

import pytest

from cms.models import Question, Survey
from nurture.mail.models import EmailTemplate

LINKS = {
    "survey": '<a href="{{ survey.url }}">Answer</a>',
    "rate": '<a href="{{ rate.one }}">1</a> <a href="{{ rate.four }}">4</a>',
}
MJML = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>%s</mj-text>"
    '<mj-text><a href="{{ unsubscribe_url }}">Stop</a></mj-text></mj-column></mj-section></mj-body></mjml>'
)


@pytest.fixture
def survey(db):
    made = Survey.objects.create(
        title="Who reads us", slug="who", intro="Two minutes.", purpose="x", consent_wording="x", is_open=True
    )
    Question(survey=made, label="Why?", field_type="singleline").save()
    return made


@pytest.fixture
def make_template(db):
    """make_template("survey") -> a published mail with those links; "rate" is a row of stars."""

    def make(*links, name="Mail"):
        body = " ".join(LINKS[link] for link in links)
        template = EmailTemplate.objects.create(
            name=name, slug=name.lower(), subject="{{ survey.title }}", mjml=MJML % body, live=False
        )
        template.save_revision().publish()
        return EmailTemplate.objects.select_related("live_revision").get(pk=template.pk)

    return make
