"""The figures of a scorecard in words: what each means, and how it is shown in a line."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cms.models import Scorecard

DEFINITIONS = (
    (
        gettext_lazy("Period"),
        gettext_lazy(
            "The last 30, 90 or 365 days, to the moment at which the piece was last counted. At most a day ago."
        ),
    ),
    (
        gettext_lazy("Readers"),
        gettext_lazy(
            "Contacts who viewed, read or downloaded the piece, and browsers with consent that did so and are nobody's "
            "we know. Each once. Robots, colleagues and visits without consent are not counted."
        ),
    ),
    (
        gettext_lazy("Relevance"),
        gettext_lazy(
            "Of the known readers whose stage and persona we knew when they first took it in within the period: the "
            "share that was in the very stage, and one of the personas, that the piece was made for at that time. "
            "With fewer than five such readers it says “too few readers”."
        ),
    ),
    (
        gettext_lazy("Became known"),
        gettext_lazy(
            "Browsers that took the piece in while they were nobody's we know, and that a form, an import or another "
            "system tied to a contact within 30 days after. A tie that was taken back does not count."
        ),
    ),
    (
        gettext_lazy("Stage moves"),
        gettext_lazy(
            "Moves forward of known readers, by a rule or a person, within 30 days after they took the piece in. A "
            "first stage is no move, and a move that was taken back since is not counted. What followed was not "
            "necessarily caused: a move counts for every piece that came before it."
        ),
    ),
    (
        gettext_lazy("Sent to"),
        gettext_lazy("Contacts to whom a mail or a salesperson gave the piece within the period."),
    ),
    (
        gettext_lazy("Downloads, ratings, comments, poll answers, passed on"),
        gettext_lazy(
            "What people did within the period, each time it was done; robots and colleagues are not counted. One "
            "download a reader and day where a form was asked for. Passed on is what readers do on the page itself: "
            "send it by mail, or copy its address."
        ),
    ),
    (
        gettext_lazy("Useful"),
        gettext_lazy("Of all who ever said whether it was useful: those who said yes. Sales is asked separately."),
    ),
    (gettext_lazy("In won deals"), gettext_lazy("Not known yet: no opportunities are recorded.")),
)


def relevance(card: Scorecard) -> str:
    """Percent, or that there are too few to say."""
    if card.relevance is None:
        return _("too few readers (%s)") % card.placed
    return _("%(share)s %% of %(all)s") % {"share": card.relevance, "all": card.placed}


def share(yes: int, no: int) -> str:
    """How many said yes of those who said; a dash where nobody did."""
    return _("%(useful)s of %(all)s") % {"useful": yes, "all": yes + no} if yes + no else "–"


def lines(card: Scorecard | None) -> list[tuple[str, str]]:
    """[(what, how much)] for a panel; nothing where the piece was not counted yet."""
    if card is None:
        return []
    return [
        (_("Readers"), str(card.readers)),
        (_("of them known"), str(card.known)),
        (_("Relevance"), relevance(card)),
        (_("Became known"), str(card.became_known)),
        (_("Stage moves"), str(card.moves)),
        (_("Sent to"), str(card.sent)),
        *deeds(card),
    ]


def deeds(card: Scorecard) -> list[tuple[str, str]]:
    """[(what people did besides reading, how often)]."""
    return [
        (_("Downloads"), str(card.downloads)),
        (_("Ratings"), str(card.ratings)),
        (_("Comments"), str(card.comments)),
        (_("Poll answers"), str(card.answers)),
        (_("Passed on"), str(card.shares)),
    ]


def brief(card: Scorecard | None) -> str:
    """One short line for a card in a list, in which relevance only stands where there is one; "" for nothing yet."""
    if card is None or not card.readers:
        return ""
    parts = [ngettext("%s reader", "%s readers", card.readers) % card.readers]
    if card.relevance is not None:
        parts.append(_("%s %% those it is for") % card.relevance)
    if card.moves:
        parts.append(ngettext("%s stage move after", "%s stage moves after", card.moves) % card.moves)
    return _("%(figures)s in %(days)s days") % {"figures": " · ".join(parts), "days": card.days}
