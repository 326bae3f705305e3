"""Sending a survey by mail: to whom, what stands against it, one mail a contact and wave, what came of it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from cms import clock, jobs
from cms.models import AnswerSet, Survey
from cms.surveys import answering
from nurture.contacts import audience
from nurture.contacts.audience import Choice
from nurture.contacts.models import Contact
from nurture.mail import asking, messages, queue
from nurture.mail.merge import SourceError
from nurture.mail.models import Delivery, EmailTemplate, Lane
from nurture.surveys.models import SurveyWave
from tracking import consent

KIND = "survey invitations"
COUNTED = 20_000  # people looked through for those who cannot be mailed; beyond that the number is an estimate


class CannotSend(ValueError):
    """Why this survey cannot be mailed so, in words for who tried."""


@dataclass(frozen=True)
class Reach:
    """How many an audience holds, how many of them asked for no mail, and is that the exact number?"""

    matched: int
    suppressed: int
    is_exact: bool

    @property
    def mailed(self) -> int:
        """How many would get the mail."""
        return self.matched - self.suppressed


def recipients(survey: Survey, choice: Choice) -> QuerySet[Contact]:
    """Those of the audience, in the order of their keys; without who has answered, if that was asked for."""
    people = audience.matching(choice)
    if choice.skip_answered:
        answered = AnswerSet.objects.filter(survey=survey, subject__isnull=False)
        people = people.exclude(subject__in=answered.values("subject"))
    return people.order_by("pk")


def reach(survey: Survey, choice: Choice) -> Reach:
    """Counted before anything is sent: three queries and two more for each thousand people."""
    people = recipients(survey, choice)
    matched = people.count()
    rows = list(people.values_list("email", "subject")[:COUNTED])
    stopped = sum(_stopped(rows[at : at + 1000]) for at in range(0, len(rows), 1000))
    if matched <= COUNTED:
        return Reach(matched, stopped, True)
    return Reach(matched, round(stopped * matched / COUNTED), False)


def why_not(survey: Survey, template: EmailTemplate) -> str:
    """What stands against mailing it with this template, and how to mend that; "" when nothing does."""
    if not answering.open_ones().filter(pk=survey.pk).exists():
        return _("The survey takes no answers now. Open it in its editor, then send it.")
    try:
        message = messages.message_of(template)
    except (messages.NotPublished, SourceError) as error:
        return str(error)
    if not asking.asks(message, "survey.url"):
        return _("The mail has no link to the survey. Add one with the address {{ survey.url }} to the template.")
    if asking.asks(message, "piece.", "rate."):
        return _("The mail speaks of a piece, and a survey is about none. Choose a template without piece and rating.")
    return ""


def start(survey: Survey, template: EmailTemplate, choice: Choice, number: int, user) -> SurveyWave:
    """Make the wave of this number and the job that sends it, once however often it is asked. Raises CannotSend."""
    if problem := why_not(survey, template):
        raise CannotSend(problem)
    with transaction.atomic():
        values = {"template": template, "audience": asdict(choice), "created_by": user, "created_at": clock.now()}
        values["matched"] = recipients(survey, choice).count()
        if not values["matched"]:
            raise CannotSend(_("Nobody is in this audience. Choose more stages, personas or topics."))
        wave, is_new = SurveyWave.objects.get_or_create(survey=survey, number=number, defaults=values)
        if is_new:
            title = _("Mail the survey “%(survey)s”, wave %(number)s") % {"survey": survey, "number": number}
            wave.job = jobs.start(KIND, title[:200], {"wave": wave.pk}, user)
            wave.save(update_fields=["job"])
            Survey.objects.filter(pk=survey.pk).update(asked_at=wave.created_at)
            log(survey, "nurture.survey_sent", user=user, data={"wave": wave.pk, "matched": wave.matched})
        elif (wave.template_id, Choice.of(wave.audience)) != (template.pk, choice):
            said = _("Wave %(number)s was sent meanwhile, to others or with another mail. Look at the results of the "
                     "survey; to send this one too, begin it anew.")  # fmt: skip
            raise CannotSend(said % {"number": number})
    return wave


def invite(wave: SurveyWave, contact: Contact) -> Delivery | None:
    """Queue one person's mail, in the caller's transaction; None when they have it already."""
    values = asking.survey_values(wave.survey)
    return queue.enqueue(contact, wave.template, occasion=wave.occasion, lane=Lane.MARKETING, values=values)


def next_number(survey: Survey) -> int:
    """The number that a new wave would have."""
    last = SurveyWave.objects.filter(survey=survey).order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def of_survey(survey: Survey) -> list[SurveyWave]:
    """Its waves, the newest first, at most fifty, each with `answered` and `states` ({state's label: mails}).

    Three queries.
    """
    waves = list(SurveyWave.objects.filter(survey=survey).select_related("template", "created_by", "job")[:50])
    answered = dict(
        AnswerSet.objects.filter(survey=survey).order_by().values_list("round").annotate(n=Count("pk")) if waves else []
    )
    mails = _mails(waves)
    for wave in waves:
        wave.answered, wave.states = answered.get(wave.number, 0), mails.get(wave.occasion, {})
        wave.mails = sum(wave.states.values())
    return waves


def of_delivery(delivery: Delivery) -> SurveyWave | None:
    """The wave that a mail belongs to."""
    kind, _colon, number = delivery.occasion.partition(":")
    if kind != "survey" or not number.isdecimal():
        return None
    return SurveyWave.objects.select_related("survey").filter(pk=int(number)).first()


def way_on(job) -> tuple[str, str]:
    """From the job's page to the survey's."""
    survey = SurveyWave.objects.values_list("survey", flat=True).get(pk=job.params["wave"])
    return _("To the survey"), reverse("surveys:results", args=[survey])


def _mails(waves: Iterable[SurveyWave]) -> dict[str, dict[str, int]]:
    rows = Delivery.objects.filter(occasion__in=[wave.occasion for wave in waves]).order_by()
    found: dict[str, dict[str, int]] = {}
    for occasion, state, n in rows.values_list("occasion", "state").annotate(n=Count("pk")):
        found.setdefault(occasion, {})[str(Delivery.State(state).label)] = n
    return found


def _stopped(rows: list[tuple[str, UUID]]) -> int:
    people = [(consent.address_hmac(email), subject) for email, subject in rows]
    scopes = queue.scopes_of(people)
    return sum(queue.is_suppressed(scopes[one], Lane.MARKETING) for one in people)
