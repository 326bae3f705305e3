"""Steps that are due or come near: whoever has them gets one mail of all of them in the morning, and no second one.

A step is told of twice for the day that it is due: when that day is LEAD away, and on it; a new day is a new reason. A
person has one mail a day at most, which names what is newly due first, then what comes near, then what was told of
before and is still open.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.users.models import UserProfile

from cms import clock
from cms.models import User
from editorial.models import Assignment, StepReminder
from editorial.schedule import OPEN

LEAD = timedelta(days=2)
MORNING = 7  # o'clock where the person is
A_TURN = 50  # people
SHOWN = 50  # steps of one mail; a link leads to the others


def remind() -> int:
    """Mail the people who have something newly due or near, where it is morning; how many mails. The loop."""
    latest = timezone.localdate(clock.now()) + timedelta(days=1)  # it is tomorrow already somewhere
    waiting = _open(latest).filter(_news(latest)).exclude(assignee__step_reminder__wanted=False)
    people = waiting.filter(assignee__is_active=True).exclude(assignee__email="")
    keys = people.order_by("assignee").values_list("assignee", flat=True).distinct()
    told = 0
    for user in list(User.objects.filter(pk__in=keys).order_by("step_reminder__sent_on", "pk")):
        told += _remind(user)
        if told >= A_TURN:
            break
    return told


def _remind(user: User) -> bool:
    """One person's mail, in the transaction that claims their day: of two workers one sends it."""
    profile = UserProfile.get_for_user(user)
    now = clock.now().astimezone(ZoneInfo(profile.get_current_time_zone()))
    today = now.date()
    if now.hour < MORNING or not _open(today).filter(_news(today), assignee=user).exists():
        return False
    with transaction.atomic():
        StepReminder.objects.get_or_create(user=user)
        mine = StepReminder.objects.filter(Q(sent_on=None) | Q(sent_on__lt=today), user=user, wanted=True)
        if not mine.update(sent_on=today):
            return False
        steps = list(_open(today).filter(assignee=user).select_related("entry").order_by("due_on", "pk"))
        fresh = [step for step in steps if step.due_on <= today and step.reminded_of != step.due_on]
        near = [step for step in steps if step.due_on > today and step.forewarned_of != step.due_on]
        told = [step for step in steps if step.due_on <= today and step.reminded_of == step.due_on]
        Assignment.objects.filter(pk__in=[step.pk for step in fresh]).update(reminded_of=F("due_on"))
        Assignment.objects.filter(pk__in=[step.pk for step in near]).update(forewarned_of=F("due_on"))
        with translation.override(profile.get_preferred_language()):
            _send(user, fresh, near, told, today)
    return True


def _open(today: date) -> QuerySet:
    """Steps that are late, due or near, of entries that are under way."""
    return Assignment.objects.filter(done_at=None, due_on__lte=today + LEAD, entry__step__in=OPEN)


def _news(today: date) -> Q:
    """Newly due or late, or newly near."""
    untold = Q(reminded_of=None) | ~Q(reminded_of=F("due_on"))
    unwarned = Q(forewarned_of=None) | ~Q(forewarned_of=F("due_on"))
    return Q(due_on__lte=today) & untold | Q(due_on__gt=today) & unwarned


def _subject(fresh: list[Assignment], near: list[Assignment]) -> str:
    """Of what is due, else of what comes near; on one line."""
    if fresh:
        words = ngettext("“%(step)s” is due", "%(n)s of your steps are due", len(fresh))
    else:
        words = ngettext("“%(step)s” is due soon", "%(n)s of your steps are due soon", len(near))
    of = fresh or near
    return " ".join((words % {"step": of[0].name, "n": len(of)}).split())


def _send(user: User, fresh: list[Assignment], near: list[Assignment], told: list[Assignment], today: date) -> None:
    context = {
        "site_name": settings.SITE_NAME,
        "fresh": [_line(step, today) for step in fresh[:SHOWN]],
        "near": [_line(step, today) for step in near[:SHOWN]],
        "told": [_line(step, today) for step in told[:SHOWN]],
        "more": sum(max(len(steps) - SHOWN, 0) for steps in (fresh, near, told)),
        "settings_url": settings.BASE_URL + reverse("wagtailadmin_account"),
    }
    text = render_to_string("editorial/mail/steps_due.txt", context)
    EmailMessage(_subject(fresh, near), text, to=[user.email], headers={"X-Lane": "transactional"}).send()


def _line(step: Assignment, today: date) -> dict[str, str]:
    """What the mail says of one step."""
    late = (today - step.due_on).days
    if late > 0:
        when = ngettext("%(n)s day late", "%(n)s days late", late) % {"n": late}
    else:
        when = ngettext("in %(n)s day", "in %(n)s days", -late) % {"n": -late} if late else _("today")
    url = settings.BASE_URL + reverse("editorial:work", args=[step.entry_id])
    return {"name": step.name, "entry": step.entry.title, "when": when, "url": url}
