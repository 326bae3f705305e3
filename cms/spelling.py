"""What a reader who finds nothing may have meant: the nearest words that published pieces have in what lists show."""

import difflib
import re
from collections import Counter

from django.core.cache import cache

from cms.library import published
from cms.models import Author, Topic

KEPT_SECONDS = 600
SHORTEST, NEAREST = 4, 0.75
_KEY, _WORD = "cms.spelling.words", re.compile(r"[^\W\d_]{3,}")


def meant(words: str) -> str:
    """`words` with each unknown word of four letters and more replaced by the nearest known one; "" when none is near.

    Known are the words of titles, summaries, topics and authors. Three queries in ten minutes.
    """
    known = _words()
    found = [_nearest(word, known) for word in words.lower().split()]
    said = " ".join(found)
    return said if said != " ".join(words.lower().split()) else ""


def _nearest(word: str, known: dict[str, int]) -> str:
    if len(word) < SHORTEST or word in known:
        return word
    # Few words begin otherwise and are still meant; the rest need not be compared.
    near = [one for one in known if one[0] == word[0] and abs(len(one) - len(word)) <= 2]
    best = difflib.get_close_matches(word, near, n=3, cutoff=NEAREST)
    ranked = sorted(best, key=lambda one: (-difflib.SequenceMatcher(None, word, one).ratio(), -known[one], one))
    return ranked[0] if ranked else word


def _words() -> dict[str, int]:
    """{word: in how many texts} of what is published."""
    found = cache.get(_KEY)
    if found is None:
        texts = [" ".join(row) for row in published().order_by().values_list("title", "summary")]
        texts += [*Topic.objects.values_list("name", flat=True), *Author.objects.values_list("name", flat=True)]
        found = dict(Counter(word for text in texts for word in set(_WORD.findall(text.lower()))))
        cache.set(_KEY, found, KEPT_SECONDS)
    return found
