"""Where drafts wait: a table of the main database on PostgreSQL, a file of its own on SQLite."""

from django.conf import settings
from django.db import connections
from django.db.models import QuerySet

from tracking import batches
from tracking.models import Draft, DraftMark


def alias() -> str:
    """The database alias that holds the drafts."""
    return "inbox" if "inbox" in settings.DATABASES else "default"


def prepare() -> None:
    """Make the inbox file's table where it is missing or of an older shape. Refuses to drop drafts that still wait.

    Not by `migrate --database=inbox`: that would walk through every migration of every app for one table.
    """
    if alias() == "default":
        return
    connection = connections["inbox"]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        table = Draft._meta.db_table
        found = connection.introspection.get_table_description(cursor, table) if table in tables else []
    if [column.name for column in found] == [field.column for field in Draft._meta.fields]:
        return
    if found and Draft.objects.exists():
        raise RuntimeError("The inbox has drafts of an older shape; run the older version's worker until it is empty.")
    with connection.schema_editor() as editor:
        if found:
            editor.delete_model(Draft)
        editor.create_model(Draft)
    _number_after_the_mark()


def waiting() -> QuerySet[Draft]:
    """The drafts that are not taken over yet, oldest first."""
    if alias() == "default":
        return Draft.objects.order_by("id")
    mark = DraftMark.objects.filter(pk=1).values_list("high_id", flat=True).first() or 0
    return Draft.objects.filter(id__gt=mark).order_by("id")


def submit(drafts: list[Draft]) -> None:
    """Store drafts in the inbox; durable when it returns. For imports and tests: HTTP has `tracking.writer`."""
    batches.insert(Draft, drafts)


def _number_after_the_mark() -> None:
    """A new inbox file counts on where the old one ended: what is at or below the mark counts as taken over."""
    mark = DraftMark.objects.filter(pk=1).values_list("high_id", flat=True).first()
    if not mark:
        return
    with connections["inbox"].cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [Draft._meta.db_table])
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [Draft._meta.db_table, mark])
