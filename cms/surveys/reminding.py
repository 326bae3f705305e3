"""A year after a survey was asked, its owner is told that it is time to ask again."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from cms import clock
from cms.surveys.models import Survey

YEAR = timedelta(days=365)
A_TURN = 20


def due() -> QuerySet[Survey]:
    """Surveys that were asked a year ago and more, wish to be asked again, and have no newer version."""
    return Survey.objects.filter(repeats_yearly=True, asked_at__lt=clock.now() - YEAR, later=None)


def remind() -> int:
    """Mail the owners of those that are due, once a year each; how many mails. Without an owner the list says so."""
    told = 0
    not_lately = Q(reminded_at=None) | Q(reminded_at__lt=clock.now() - YEAR)
    owned = due().filter(not_lately, owner__is_active=True).exclude(owner__email="")
    for survey in owned.select_related("owner").order_by("pk")[:A_TURN]:
        with transaction.atomic():
            if Survey.objects.filter(not_lately, pk=survey.pk).update(reminded_at=clock.now()):
                _mail(survey)
                told += 1
    return told


def _mail(survey: Survey) -> None:
    context = {"survey": survey, "link": settings.BASE_URL + reverse("surveys:results", args=[survey.pk])}
    text = render_to_string("cms/mail/survey_due.txt", context | {"site_name": settings.SITE_NAME})
    subject = _("Time to ask again: %(title)s") % {"title": survey.title}
    EmailMessage(" ".join(subject.split()), text, to=[survey.owner.email], headers={"X-Lane": "transactional"}).send()
