"""What is due or comes near, steps and pieces to look at again: whoever has them gets one mail of it in the morning.

A step is told of twice for the day that it is due: when that day is LEAD away, and on it; a new day is a new reason. A
piece is told of as `reviews.py` says. A person has one mail a day at most, which names what is newly due first, then
what comes near, then what was told of before and is still open.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext
from wagtail.users.models import UserProfile

from cms import clock
from cms.models import AssetPage, User
from editorial import reviews
from editorial.calendar.saying import when
from editorial.models import Assignment, StepReminder
from editorial.schedule import OPEN

LEAD = timedelta(days=2)
MORNING = 7  # o'clock where the person is
A_TURN = 50  # people
SHOWN = 50  # lines of a part of one mail; a link leads to the others


@dataclass
class Letter:
    """What one person is told."""

    fresh: list[Assignment] = field(default_factory=list)
    near: list[Assignment] = field(default_factory=list)
    pieces: list[AssetPage] = field(default_factory=list)
    told: list[Assignment] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """Of what is due, else of what comes near, else of what is to be looked at again; on one line."""
        if of := self.fresh:
            words = ngettext("“%(what)s” is due", "%(n)s of your steps are due", len(of))
        elif of := self.near:
            words = ngettext("“%(what)s” is due soon", "%(n)s of your steps are due soon", len(of))
        else:
            of = self.pieces
            words = ngettext("Look at “%(what)s” again", "%(n)s of your pieces are to be looked at again", len(of))
        what = of[0].title if of is self.pieces else of[0].name
        return " ".join((words % {"what": what, "n": len(of)}).split())


def remind() -> int:
    """Mail the people who have something newly due or near, where it is morning; how many mails. The loop."""
    latest = timezone.localdate(clock.now()) + timedelta(days=1)  # it is tomorrow already somewhere
    of_steps = _open(latest).filter(_news(latest)).order_by("assignee").values_list("assignee", flat=True)
    of_pieces = reviews.near(latest).filter(reviews.news(latest)).order_by("person").values_list("person", flat=True)
    keys = {*of_steps.distinct(), *of_pieces.distinct()} - {None}
    people = User.objects.filter(pk__in=keys, is_active=True).exclude(email="").exclude(step_reminder__wanted=False)
    told = 0
    for user in list(people.order_by("step_reminder__sent_on", "pk")):
        told += _remind(user)
        if told >= A_TURN:
            break
    return told


def _remind(user: User) -> bool:
    """One person's mail, in the transaction that claims their day: of two workers one sends it."""
    profile = UserProfile.get_for_user(user)
    now = clock.now().astimezone(ZoneInfo(profile.get_current_time_zone()))
    today = now.date()
    if now.hour < MORNING or not _has_news(user, today):
        return False
    with transaction.atomic():
        StepReminder.objects.get_or_create(user=user)
        mine = StepReminder.objects.filter(Q(sent_on=None) | Q(sent_on__lt=today), user=user, wanted=True)
        if not mine.update(sent_on=today):
            return False
        letter = _letter(user, today)
        Assignment.objects.filter(pk__in=[step.pk for step in letter.fresh]).update(reminded_of=F("due_on"))
        Assignment.objects.filter(pk__in=[step.pk for step in letter.near]).update(forewarned_of=F("due_on"))
        reviews.tell([(piece.pk, piece.again) for piece in letter.pieces], today)
        with translation.override(profile.get_preferred_language()):
            _send(user, letter, today)
    return True


def _has_news(user: User, today: date) -> bool:
    steps = _open(today).filter(_news(today), assignee=user)
    return steps.exists() or _pieces(user, today).exists()


def _pieces(user: User, today: date) -> QuerySet:
    return reviews.near(today).filter(reviews.news(today), person=user.pk)


def _letter(user: User, today: date) -> Letter:
    """What there is to tell now."""
    steps = list(_open(today).filter(assignee=user).select_related("entry").order_by("due_on", "pk"))
    return Letter(
        fresh=[step for step in steps if step.due_on <= today and step.reminded_of != step.due_on],
        near=[step for step in steps if step.due_on > today and step.forewarned_of != step.due_on],
        pieces=list(_pieces(user, today).only("title")),
        told=[step for step in steps if step.due_on <= today and step.reminded_of == step.due_on],
    )


def _open(today: date) -> QuerySet:
    """Steps that are late, due or near, of entries that are under way, and somebody's."""
    return Assignment.objects.filter(
        done_at=None, due_on__lte=today + LEAD, entry__step__in=OPEN, assignee__isnull=False
    )


def _news(today: date) -> Q:
    """Newly due or late, or newly near."""
    untold = Q(reminded_of=None) | ~Q(reminded_of=F("due_on"))
    unwarned = Q(forewarned_of=None) | ~Q(forewarned_of=F("due_on"))
    return Q(due_on__lte=today) & untold | Q(due_on__gt=today) & unwarned


def _send(user: User, letter: Letter, today: date) -> None:
    parts = {name: getattr(letter, name) for name in ("fresh", "near", "told")}
    context = {
        "site_name": settings.SITE_NAME,
        **{name: [_line(step, today) for step in steps[:SHOWN]] for name, steps in parts.items()},
        "pieces": [_line_of_piece(piece, today) for piece in letter.pieces[:SHOWN]],
        "more": sum(max(len(steps) - SHOWN, 0) for steps in (*parts.values(), letter.pieces)),
        "settings_url": settings.BASE_URL + reverse("wagtailadmin_account"),
    }
    text = render_to_string("editorial/mail/steps_due.txt", context)
    EmailMessage(letter.subject, text, to=[user.email], headers={"X-Lane": "transactional"}).send()


def _line(step: Assignment, today: date) -> dict[str, str]:
    """What the mail says of one step."""
    url = settings.BASE_URL + reverse("editorial:work", args=[step.entry_id])
    return {"name": step.name, "entry": step.entry.title, "when": when(step.due_on, today), "url": url}


def _line_of_piece(piece: AssetPage, today: date) -> dict[str, str]:
    url = settings.BASE_URL + reviews.address(piece.pk, piece.plan)
    return {"name": piece.title, "when": when(piece.again, today), "url": url}
