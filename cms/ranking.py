"""Which pieces hold some words, best first: one statement of the search index, and one of who may be told.

On SQLite Wagtail's own query asks the index once more for every piece that it found, which takes seconds where
thousands hold a word. On PostgreSQL it reads the words anew for every piece, and finds by no index. So both are asked
here, in Wagtail's own index: once, and a word in the title counts more than one in the text.

Which of the hits may be told is asked of the best of them alone: of a word that most pieces hold that took more time
than to find and to rank them all. Where too few of these may be, the database is asked to look at every hit.
"""

import re
from functools import reduce
from operator import and_, or_

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from modelsearch.backends.database.postgres.query import Lexeme
from modelsearch.backends.database.postgres.weights import get_sql_weights
from wagtail.search.models import IndexEntry

from cms.models import AssetPage

SPARE = 50  # so many of the best hits may be drafts or for sales only, before every hit is looked at


def best(pieces: QuerySet[AssetPage], words: str, most: int) -> list[int]:
    """The primary keys of at most `most` of `pieces` that hold all `words`, best first, then the newer ones."""
    first = with_spare(words, most)
    told = set(pieces.order_by().filter(pk__in=first).values_list("pk", flat=True)) if first else ()
    found = [pk for pk in first if pk in told][:most]
    return found if is_enough(found, first, most) else among(pieces, words, most)


def with_spare(words: str, most: int) -> list[int]:
    """The best hits, whether they may be told or not: SPARE more than `most`, for those that may not."""
    hits = _hits(words)
    return [] if hits is None else list(hits[: most + SPARE])


def is_enough(found: list[int], first: list[int], most: int) -> bool:
    """Are as many `found` among the `first` hits as are wanted, or were there no more hits than these?"""
    return len(found) >= most or len(first) < most + SPARE


def among(pieces: QuerySet[AssetPage], words: str, most: int) -> list[int]:
    """The same as `best`, by looking at every hit."""
    hits = _hits(words)
    return [] if hits is None else list(hits.filter(piece__in=pieces.order_by().values("pk"))[:most])


def _hits(words: str) -> QuerySet | None:
    return _hits_on_sqlite(words) if connection.vendor == "sqlite" else _hits_on_postgres(words)


class Once(SearchQuery):
    """A query of PostgreSQL, read once a statement: else one in the database's own language is read for each row."""

    template = "(SELECT %(expressions)s)"


def _hits_on_postgres(words: str) -> QuerySet | None:
    """The keys of all pieces that hold the words, best first; None: nothing to look for."""
    lexemes = [Lexeme(word) for word in re.split(r"[\s-]+", words) if word]
    if not lexemes:
        return None
    rows = IndexEntry.objects.filter(content_type=ContentType.objects.get_for_model(AssetPage))
    # A word that the language leaves out ("the") need not be held: any of the others stands in for it.
    any_one = _query(reduce(or_, lexemes))
    for lexeme in lexemes:
        one = Once(Coalesce(NullIf(_query(lexeme), Value("")), any_one))
        rows = rows.filter(Q(title=one) | Q(body=one))
    rows = rows.annotate(piece=Cast("object_id", IntegerField()))
    whole, weights = Once(_query(reduce(and_, lexemes))), get_sql_weights()
    in_title, in_text = (SearchRank(F(field), whole, weights=weights) for field in ("title", "body"))
    best_first = (in_title * F("title_norm") + in_text).desc()
    return rows.order_by(best_first, "-piece").values_list("piece", flat=True)


def _query(lexemes) -> SearchQuery:
    return SearchQuery(lexemes, search_type="raw")


def _hits_on_sqlite(words: str) -> QuerySet | None:
    from modelsearch.backends.database.sqlite import query as sqlite  # noqa: PLC0415 -- refuses to load on PostgreSQL

    class Fit(sqlite.BM25):
        """How well a row fits, the lower the better: autocompletion not at all, the title ten times as much as text."""

        def as_sql(self, compiler, connection, **more):
            return f"bm25({sqlite.SQLiteFTSIndexEntry._meta.db_table}, 0.0, 1.0, 10.0)", []

    # The index takes a quotation mark inside a word for its own.
    lexemes = [sqlite.Lexeme(word) for word in words.replace('"', " ").split()]
    if not lexemes:
        return None
    query = lexemes[0]
    for lexeme in lexemes[1:]:
        query &= lexeme
    holds = sqlite.MatchExpression(["title", "body"], sqlite.SearchQueryExpression(query))
    rows = sqlite.SQLiteFTSIndexEntry.objects.filter(holds)
    rows = rows.filter(index_entry__content_type=ContentType.objects.get_for_model(AssetPage))
    rows = rows.annotate(piece=Cast("index_entry__object_id", IntegerField()))
    return rows.order_by(Fit(), "-piece").values_list("piece", flat=True)
