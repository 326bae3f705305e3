"""Asking an expert who has no account: their questions and quotes on one page, behind a link that ends.

    ask -> they answer, question by question -> quote -> they approve, correct or refuse it

Looking at the page changes nothing. The link ends after two weeks, with a newer one, or when it is taken back.
"""

from collections.abc import Iterable

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.log_actions import log

from cms import clock
from cms.models import Author
from editorial.links import LASTS, digest, new_secret, one_line, send
from editorial.models import Entry, Interview, InterviewQuestion, Quote
from editorial.schedule import Refused

SUGGESTED = 6
MOST = 30  # questions, and quotes, of one interview

Answers = dict[int, tuple[str, str]]  # by question: what they say, and what they saw before


def of(entry: Entry) -> list[Interview]:
    """Its interviews with questions and quotes, in three queries."""
    return list(entry.interviews.select_related("asked_by").prefetch_related("questions", "quotes"))


def suggested(entry: Entry) -> list[Author]:
    """Profiles of those who may be asked about its topics, by name. One query."""
    topics = entry.topics.values("pk")
    return list(Author.objects.filter(topics__in=topics).order_by("name").distinct()[:SUGGESTED])


def state(interview: Interview) -> str:
    """How far it is, in words. Of one from `of`."""
    quotes, questions = interview.quotes.all(), interview.questions.all()
    if number := sum(not one.verdict for one in quotes):
        return ngettext("%d quote waits for their yes", "%d quotes wait for their yes", number) % number
    if quotes:
        return _("quotes approved") if any(one.verdict != Quote.Verdict.REFUSED for one in quotes) else _("not quoted")
    number = sum(not one.answer for one in questions)
    if number == len(questions):
        return _("asked")
    return ngettext("%d question open", "%d questions open", number) % number if number else _("answered")


def ask(entry: Entry, *, user, name: str, email: str, role: str, questions: Iterable[str]) -> Interview:
    """Send somebody a link to their questions. Raises Refused without any, and for too many."""
    questions = [text for one in questions if (text := one_line(one)[:500])]
    if not 0 < len(questions) <= MOST:
        raise Refused(_("Ask at least one question, and at most %d.") % MOST)
    with transaction.atomic():
        secret, now = new_secret(), clock.now()
        interview = Interview.objects.create(
            entry=entry, name=one_line(name), role=one_line(role), email=email, digest=digest(secret), asked_by=user,
            asked_at=now, expires_at=now + LASTS,
        )  # fmt: skip
        InterviewQuestion.objects.bulk_create(InterviewQuestion(interview=interview, text=text) for text in questions)
        log(entry, "editorial.ask_expert", user=user, data={"who": interview.name, "count": len(questions)})
        _mail(interview, secret, user, _("%(who)s has questions for “%(title)s” that you know the answers to."))
    return interview


def quote(interview: Interview, text: str, *, user) -> Quote:
    """Ask whether these words may be published as theirs; they get a new link, and the old one ends. Raises Refused."""
    with transaction.atomic():
        current = _locked(interview)
        if current.quotes.count() >= MOST:
            raise Refused(_("That is more than %d quotes of one interview.") % MOST)
        made = Quote.objects.create(interview=current, text=text, asked_at=clock.now())
        log(current.entry, "editorial.ask_quote", user=user, data={"who": current.name, "text": text})
        _renew(current, user, _("%(who)s would like to quote you in “%(title)s”. Please look at your words first."))
    return made


def resend(interview: Interview, *, user) -> None:
    """A new link for two weeks more; the old one ends."""
    with transaction.atomic():
        current = _locked(interview)
        log(current.entry, "editorial.resend_expert", user=user, data={"who": current.name})
        _renew(current, user, _("%(who)s has questions for “%(title)s” that you know the answers to."))


def revoke(interview: Interview, *, user) -> None:
    """The link ends now; what was answered stays. Twice is the same as once."""
    with transaction.atomic():
        current = _locked(interview)
        if current.revoked_at is None:
            current.revoked_at = clock.now()
            current.save(update_fields=["revoked_at"])
            log(current.entry, "editorial.revoke_expert", user=user, data={"who": current.name})


def find(secret: str) -> Interview | None:
    """Whom that link asks; None for any other text."""
    return Interview.objects.select_related("entry").filter(digest=digest(secret)).first()


def why_closed(interview: Interview) -> str:
    """Why it takes no answer (any more); empty while it does."""
    if interview.revoked_at:
        return _("The link was taken back.")
    if clock.now() >= interview.expires_at:
        return _("The link has expired. Ask for a new one.")
    return ""


def answer(interview: Interview, answers: Answers) -> int:
    """Keep what the expert says, and tell who asked; how many answers changed.

    Raises Refused when it takes none, or when one was answered by the same link meanwhile: then nothing is kept.
    """
    with transaction.atomic():
        current = _open(interview)
        changed = []
        for question in current.questions.filter(pk__in=answers):
            text, before = answers[question.pk]
            if question.answer not in (before, text):
                raise Refused(_("“%s” was answered meanwhile, perhaps in another window.") % question.text)
            if question.answer != text:
                question.answer, question.answered_at = text, clock.now()
                changed.append(question)
                said = {"who": current.name, "question": question.text, "new": text}
                log(current.entry, "editorial.hear_expert", data=said)
        InterviewQuestion.objects.bulk_update(changed, ["answer", "answered_at"])
        if changed:
            told = "\n\n".join(f"{one.text}\n{one.answer or '–'}" for one in changed)
            _tell(current, _("%(who)s answers: %(title)s"), told)
    return len(changed)


def judge(interview: Interview, key: int, *, verdict: str, correction: str = "") -> None:
    """Keep what the expert says to a quote, once, and tell who asked. Raises Refused when it takes no answer."""
    with transaction.atomic():
        current = _open(interview)
        found = current.quotes.filter(pk=key).first()
        if found is None or found.verdict:
            raise Refused(_("This quote is not asked about any more."))
        found.verdict, found.answered_at = verdict, clock.now()
        found.correction = correction if verdict == Quote.Verdict.CORRECTED else ""
        found.save(update_fields=["verdict", "correction", "answered_at"])
        said = {"who": current.name, "verdict": found.get_verdict_display(), "text": found.wording}
        log(current.entry, "editorial.hear_quote", data=said)
        _tell(current, _("%(who)s on a quote: %(title)s"), f"{found.get_verdict_display()}\n\n{found.wording}")


def _locked(interview: Interview) -> Interview:
    """As it is now, held with its entry until the transaction ends."""
    Entry.objects.select_for_update().get(pk=interview.entry_id)
    return Interview.objects.select_related("entry__assignee", "asked_by").get(pk=interview.pk)


def _open(interview: Interview) -> Interview:
    current = _locked(interview)
    if reason := why_closed(current) or (current.digest != interview.digest and _("There is a newer link.")):
        raise Refused(reason)
    return current


def _renew(current: Interview, user, words: str) -> None:
    if not current.email:
        raise Refused(_("Their address is not kept any more. Ask them anew."))
    secret, now = new_secret(), clock.now()
    current.digest, current.expires_at, current.revoked_at = digest(secret), now + LASTS, None
    current.save(update_fields=["digest", "expires_at", "revoked_at"])
    _mail(current, secret, user, words)


def _mail(interview: Interview, secret: str, user, words: str) -> None:
    said = {"who": user, "title": interview.entry.title}
    until = _("The link is yours alone. It works until %s.") % date_format(timezone.localdate(interview.expires_at))
    subject = _("Your answers: %s") % interview.entry.title
    send("expert", secret, to=interview.email, subject=subject, text=f"{words % said}\n\n{until}")


def _tell(interview: Interview, subject: str, text: str) -> None:
    """A mail to who asked and to whose entry it is, queued in the transaction of what it tells of."""
    people = {person for person in (interview.asked_by, interview.entry.assignee) if person and person.is_active}
    said = {"who": interview.name, "title": interview.entry.title}
    for address in sorted({person.email for person in people if person.email}):
        EmailMessage(one_line(subject % said), text, to=[address]).send()
