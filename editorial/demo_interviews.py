"""An expert of the demo plan: one question answered, one open, a quote that waits. No mail goes out for it."""

from datetime import timedelta

from cms import clock
from editorial.links import LASTS, digest, new_secret
from editorial.models import Entry, Interview, InterviewQuestion, Quote

TITLE = "How to retire a gateway nobody patches"
ANSWER = "The box in hall three. Everybody walks past it, and it has not had an update since we moved in."


def load(say) -> None:
    """Once, for an entry that is still to be written."""
    entry = Entry.objects.filter(title=TITLE).first()
    if entry is None or entry.interviews.exists():
        return
    at = clock.now() - timedelta(days=2)
    asked = Interview.objects.create(
        entry=entry, name="Noor Adlam", role="Head of infrastructure, Osterlind", email="noor@osterlind.example",
        digest=digest(new_secret()), asked_by=entry.assignee, asked_at=at, expires_at=at + LASTS,
    )  # fmt: skip
    InterviewQuestion.objects.create(
        interview=asked, text="Which old box worries you most?", answer=ANSWER, answered_at=clock.now()
    )
    InterviewQuestion.objects.create(interview=asked, text="What would you tell somebody who begins on Monday?")
    Quote.objects.create(interview=asked, text="Everybody walks past the box in hall three.", asked_at=at)
    say("Experts: one asked, with a quote that waits for their yes")
