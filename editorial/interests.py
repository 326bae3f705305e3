"""What readers want to read about, by topic: what they read, rated, answered and looked for, and what sales heard.

None is "not known yet": nothing of that kind was recorded for any topic in the time asked about; 0 is known.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.feedback.models import PollAnswer, Rating, SalesFeedback
from cms.models import Topic
from editorial.calendar.span import Span
from tracking import rollups, searches

SHORTEST = 4  # letters of a word that tells topics apart
SUGGESTED, UNNAMED = 5, 10
ASKED_OFTEN = 3  # searches or answers from which a topic is suggested
KINDS = ("readers", "reads", "useful", "not_useful", "answers", "searches", "empty", "asked")


@dataclass
class Evidence:
    """What speaks for one topic; each None where it is not known yet."""

    readers: int | None = None
    reads: int | None = None
    useful: int | None = None
    not_useful: int | None = None
    answers: int | None = None
    searches: int | None = None
    empty: int | None = None
    asked: int | None = None


@dataclass(frozen=True)
class Suggestion:
    """A topic that readers ask for and nobody put on the list, with what speaks for it in words."""

    topic: Topic
    reasons: list[str]


@dataclass
class Heard:
    """The evidence of all topics, by topic id, and what was searched in vain that no topic names."""

    topics: dict[int, Topic]
    by_topic: dict[int, Evidence]
    unnamed: list[searches.Searched] = field(default_factory=list)


def heard(span: Span) -> Heard:
    """What readers said and did in these days. Six queries."""
    topics = {topic.pk: topic for topic in Topic.objects.all()}
    names = {pk: topic.name for pk, topic in topics.items()}
    searched = searches.said(span.first, span.last)
    known = {
        **_read(span),
        **_rated(span),
        "answers": _answered(span, names),
        **_searched(searched, names),
        "asked": _asked(span),
    }
    by_topic = {pk: Evidence(**{kind: _figure(known[kind], pk) for kind in KINDS}) for pk in topics}
    unnamed = [one for one in searched if one.empty and not named_in(one.words, names)]
    return Heard(topics, by_topic, sorted(unnamed, key=lambda one: (-one.empty, one.words))[:UNNAMED])


def named_in(text: str, names: dict[int, str]) -> set[int]:
    """The topics of which a telling word stands in the text, singular or plural. Pure."""
    said = _words(text)
    return {pk for pk, name in names.items() if said & _words(name)}


def suggest(found: Heard, listed: Iterable[int]) -> list[Suggestion]:
    """Topics that are not on the list and that readers ask for, what is asked for most first. Pure."""
    listed = set(listed)
    floor = min((found.by_topic[pk].reads or 0 for pk in listed if pk in found.by_topic), default=0)
    ranked = []
    for pk, evidence in found.by_topic.items():
        if pk not in listed and (reasons := _reasons(evidence, floor)):
            wish = [evidence.asked or 0, evidence.empty or 0, evidence.answers or 0, evidence.searches or 0]
            ranked.append((wish, evidence.reads or 0, Suggestion(found.topics[pk], reasons)))
    ranked.sort(key=lambda one: (one[0], one[1]), reverse=True)
    return [suggestion for *_rank, suggestion in ranked[:SUGGESTED]]


def _reasons(evidence: Evidence, floor: int) -> list[str]:
    """Why the topic should be on the list; `floor`: the reads of the least-read topic that is."""
    reasons = []
    if asked := evidence.asked or 0:
        reasons.append(
            ngettext("sales heard %d customer ask for it", "sales heard %d customers ask for it", asked) % asked
        )
    if empty := evidence.empty or 0:
        reasons.append(ngettext("%d search found nothing", "%d searches found nothing", empty) % empty)
    if (count := evidence.searches or 0) >= ASKED_OFTEN:
        reasons.append(_("%d searches") % count)
    if (count := evidence.answers or 0) >= ASKED_OFTEN:
        reasons.append(_("%d poll answers") % count)
    if floor and (evidence.reads or 0) > floor:
        reasons.append(
            _("%(n)d read to the end, more than of a topic on the list (%(floor)d)")
            % {"n": evidence.reads, "floor": floor}
        )
    return reasons


def _read(span: Span) -> dict[str, Counter | None]:
    rows = rollups.by_topic(span.first, span.last)
    return {
        name: Counter({topic: row[name] for topic, row in rows.items()}) if rows else None
        for name in ("readers", "reads")
    }


def _rated(span: Span) -> dict[str, Counter | None]:
    begin, end = span.moments
    rows = Rating.objects.filter(rated_at__gte=begin, rated_at__lt=end, asset__tagged_topics__isnull=False).order_by()
    rows = rows.values_list("asset__tagged_topics__tag").annotate(
        useful=Count("pk", filter=Q(value=1)), not_useful=Count("pk", filter=Q(value=-1))
    )
    found = list(rows)
    return {
        name: Counter({topic: row[at] for topic, *row in found}) if found else None
        for at, name in enumerate(("useful", "not_useful"))
    }


def _answered(span: Span, names: dict[int, str]) -> Counter | None:
    """Answers that name a topic; of a poll about a topic, those that name none speak for it."""
    begin, end = span.moments
    rows = PollAnswer.objects.filter(answered_at__gte=begin, answered_at__lt=end).order_by()
    rows = list(rows.values_list("poll__topic", "option__text").annotate(number=Count("pk")))
    counts = Counter()
    for topic, text, number in rows:
        for pk in named_in(text, names) or ({topic} if topic else ()):
            counts[pk] += number
    return counts if rows else None


def _searched(found: list[searches.Searched], names: dict[int, str]) -> dict[str, Counter | None]:
    counts = {"searches": Counter(), "empty": Counter()}
    for one in found:
        for pk in named_in(one.words, names):
            counts["searches"][pk] += one.count
            counts["empty"][pk] += one.empty
    return counts if found else dict.fromkeys(counts)


def _asked(span: Span) -> Counter | None:
    """How many salespeople say of a piece about it that customers asked for it."""
    begin, end = span.moments
    rows = SalesFeedback.objects.filter(said_at__gte=begin, said_at__lt=end)
    tags = defaultdict(set)
    for pk, said, topic in rows.order_by().values_list("pk", "tags", "asset__tagged_topics__tag"):
        if SalesFeedback.Tag.ASKED_BY_CUSTOMER in said:
            tags[topic].add(pk)
    return Counter({topic: len(who) for topic, who in tags.items()}) if tags else None


def _figure(counts: Counter | None, topic: int) -> int | None:
    return None if counts is None else counts[topic]


def _words(text: str) -> set[str]:
    """The words that tell, without the plural's s."""
    found = re.findall(r"\w+", text.lower())
    return {word[:-1] if word.endswith("s") else word for word in found if len(word) >= SHORTEST}
