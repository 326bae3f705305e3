"""On PostgreSQL the table of events becomes one of months; what Django knows of it stays the same."""

from django.db import migrations

TABLE = "tracking_event"
OLD = "tracking_event_old"


def divide(apps, schema_editor):
    """The same columns, defaults and indexes, partitioned; then a month for each that has events, and the events."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = %s", [TABLE]
        )
        indexes = [(name, text) for name, text in cursor.fetchall() if name != f"{TABLE}_pkey"]
        for name, _text in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute(f"ALTER TABLE {TABLE} RENAME TO {OLD}")
        cursor.execute(f"ALTER INDEX {TABLE}_pkey RENAME TO {OLD}_pkey")
        cursor.execute(f"ALTER SEQUENCE {TABLE}_id_seq RENAME TO {OLD}_id_seq")
        cursor.execute(
            f"CREATE TABLE {TABLE} (LIKE {OLD} INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING STORAGE,"
            f" CONSTRAINT {TABLE}_pkey PRIMARY KEY (id, occurred_at)) PARTITION BY RANGE (occurred_at)"
        )
        for _name, text in indexes:
            cursor.execute(text)
        move(cursor)
        cursor.execute(f"DROP TABLE {OLD}")


def move(cursor):
    """Rows and the counter of their ids."""
    cursor.execute(f"SELECT DISTINCT date_trunc('month', occurred_at AT TIME ZONE 'UTC')::date FROM {OLD} ORDER BY 1")  # noqa: S608 -- our own names
    for (first,) in cursor.fetchall():
        after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        cursor.execute(
            f"CREATE TABLE {TABLE}_{first:%Y_%m} PARTITION OF {TABLE} FOR VALUES FROM (%s) TO (%s)",
            [f"{first} 00:00:00+00", f"{after} 00:00:00+00"],
        )
    cursor.execute(f"INSERT INTO {TABLE} SELECT * FROM {OLD}")  # noqa: S608 -- as above
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{TABLE}', 'id'), greatest(max(id), 1)) FROM {TABLE}")  # noqa: S608 -- as above


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0003_tracked_link_name"),
    ]

    # Backwards only the bookkeeping: a table of months serves the older code, too, as long as its months are there.
    operations = [migrations.RunPython(divide, migrations.RunPython.noop, elidable=False)]
