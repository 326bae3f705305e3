"""What a reader who finds nothing may have meant: the nearest words that published pieces say."""

import difflib
import re
from collections import Counter

from django.core.cache import cache

from cms import vocabulary
from cms.library import published
from cms.models import Author, Topic

KEPT_SECONDS = 600
SHORTEST, NEAREST, ASKED_WORDS = 4, 0.75, 8
_KEY, _WORD = "cms.spelling.words", re.compile(r"[^\W\d_]{3,}")


def meant(words: str) -> str:
    """`words` with each unknown word of four letters and more replaced by the nearest known one; "" when none is near.

    Known are the words of titles, summaries, topics and authors, and those that the worker has counted in texts. Only
    the first ASKED_WORDS are looked at. Four queries in ten minutes.
    """
    asked = words.lower().split()
    known = _words()
    found = [_nearest(word, known) if n < ASKED_WORDS else word for n, word in enumerate(asked)]
    return " ".join(found) if found != asked else ""


def _nearest(word: str, known: dict[str, str]) -> str:
    if len(word) < SHORTEST:
        return word
    # Few words begin otherwise and are still meant; the rest need not be compared.
    same_start = known.get(word[0], "").split()
    if word in same_start:
        return word
    letters = set(word)
    near = [one for one in same_start if abs(len(one) - len(word)) <= 2 and len(letters - set(one)) <= 2]
    best = difflib.get_close_matches(word, near, n=3, cutoff=NEAREST)
    place = {one: n for n, one in enumerate(near)}
    return min(best, key=lambda one: (-difflib.SequenceMatcher(None, word, one).ratio(), place[one]), default=word)


def _words() -> dict[str, str]:
    """{first letter: the words of what is published that begin with it, those of most pieces first}."""
    found = cache.get(_KEY)
    if found is None:
        texts = [" ".join(row) for row in published().order_by().values_list("title", "summary")]
        texts += [*Topic.objects.values_list("name", flat=True), *Author.objects.values_list("name", flat=True)]
        counts = Counter(word for text in texts for word in set(_WORD.findall(text.lower())))
        counts |= vocabulary.counted()  # of a title's word, whichever count is higher
        found = {}
        for word in sorted(counts, key=lambda one: (-counts[one], one)):
            found.setdefault(word[0], []).append(word)
        found = {letter: " ".join(group) for letter, group in found.items()}
        cache.set(_KEY, found, KEPT_SECONDS)
    return found
