"""Which pieces hold some words, best first: one statement of the search index.

On SQLite Wagtail's own query asks the index once more for every piece that it found, which takes seconds where
thousands hold a word. So there the index is asked here, once, and a word in the title counts more than one in the text.
"""

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import IntegerField, QuerySet
from django.db.models.functions import Cast

from cms.models import AssetPage


def best(pieces: QuerySet[AssetPage], words: str, most: int) -> list[int]:
    """The primary keys of at most `most` of `pieces` that hold all `words`, best first, then the newer ones."""
    if connection.vendor == "sqlite":
        return _best_on_sqlite(pieces, words, most)
    # The index itself can be asked for a few fields only, so what may be listed narrows what it found.
    found = AssetPage.objects.search(words).get_queryset().filter(pk__in=pieces.order_by().values("pk"))
    return list(found.values_list("pk", flat=True)[:most])


def _best_on_sqlite(pieces: QuerySet[AssetPage], words: str, most: int) -> list[int]:
    from modelsearch.backends.database.sqlite.query import (  # noqa: PLC0415 -- refuses to load on PostgreSQL
        BM25,
        Lexeme,
        MatchExpression,
        SearchQueryExpression,
        SQLiteFTSIndexEntry,
    )

    class Fit(BM25):
        """How well a row fits, the lower the better: autocompletion not at all, the title ten times as much as text."""

        def as_sql(self, compiler, connection, **more):
            return f"bm25({SQLiteFTSIndexEntry._meta.db_table}, 0.0, 1.0, 10.0)", []

    # The index takes a quotation mark inside a word for its own.
    lexemes = [Lexeme(word) for word in words.replace('"', " ").split()]
    if not lexemes:
        return []
    query = lexemes[0]
    for lexeme in lexemes[1:]:
        query &= lexeme
    rows = SQLiteFTSIndexEntry.objects.filter(MatchExpression(["title", "body"], SearchQueryExpression(query)))
    rows = rows.filter(index_entry__content_type=ContentType.objects.get_for_model(AssetPage))
    rows = rows.annotate(piece=Cast("index_entry__object_id", IntegerField()))
    rows = rows.filter(piece__in=pieces.order_by().values("pk"))
    return list(rows.order_by(Fit(), "-piece").values_list("piece", flat=True)[:most])
