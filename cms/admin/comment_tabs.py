"""Which comments there are to look at: a tab each, on the screens of comments and of notes with ratings."""

from cms.feedback.models import Comment

State = Comment.State
TABS = (
    (State.WAITING.value, State.WAITING.label),
    (State.PUBLISHED.value, State.PUBLISHED.label),
    (State.REJECTED.value, State.REJECTED.label),
    (State.HELD.value, State.HELD.label),
    (State.UNCONFIRMED.value, State.UNCONFIRMED.label),
)
