"""Many rows in one statement, the same on SQLite and PostgreSQL: what the ORM has no words for.

The rows travel as one JSON text (`json_each`, `json_to_recordset`), so the statement is the same whatever their
number: no limit of variables, one plan, one trip. Values go through the model's own fields in both directions.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connections, models, router


def insert(model: type[models.Model], objects: Iterable[models.Model], ignore_conflicts: bool = False) -> int:
    """Store unsaved `objects` of `model` in one statement; the number of rows stored. Primary keys are not set.

    Default values and `auto_now_add` are honoured; `save()` and signals are not called.
    """
    objects = list(objects)
    if not objects:
        return 0
    with _writing(model).cursor() as cursor:
        cursor.execute(*_insert(model, objects, ignore_conflicts))
        return cursor.rowcount


def insert_returning(
    model: type[models.Model], objects: Iterable[models.Model], fields: Sequence[str], ignore_conflicts: bool = False
) -> list[tuple]:
    """Like `insert`, and gives a tuple of `fields` for each row that was stored, in no order."""
    objects = list(objects)
    if not objects:
        return []
    connection = _writing(model)
    statement, params = _insert(model, objects, ignore_conflicts)
    wanted = [model._meta.get_field(name) for name in fields]
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING {_names(connection, wanted)}", params)
        return _converted(connection, wanted, cursor.fetchall())


def add(model: type[models.Model], objects: Iterable[models.Model], unique: Sequence[str], counter: str) -> int:
    """Insert counting rows; where one with the same `unique` fields is there, its `counter` grows by theirs.

    No two of `objects` may share their unique fields.
    """
    objects = list(objects)
    if not objects:
        return 0
    connection = _writing(model)
    statement, params = _insert(model, objects, False)
    keys = _names(connection, [model._meta.get_field(name) for name in unique])
    table, column = _quoted(connection, model._meta.db_table), _names(connection, [model._meta.get_field(counter)])
    grow = f" ON CONFLICT ({keys}) DO UPDATE SET {column} = {table}.{column} + excluded.{column}"
    with connection.cursor() as cursor:
        cursor.execute(statement + grow, params)
        return cursor.rowcount


def update(
    model: type[models.Model],
    rows: Iterable[dict[str, Any]],
    key: str = "id",
    *,
    fields: Sequence[str],
    between: tuple[str, Any, Any] | None = None,
) -> int:
    """Set `fields` of the rows found by `key`, each to its own values: [{"id": 1, "name": "x"}, …]. Rows changed.

    `between` (field, least, most): where alone they are looked for, so that no other partition is.
    """
    rows = list(rows)
    if not rows:
        return 0
    connection = _writing(model)
    used = [model._meta.get_field(name) for name in (key, *fields)]
    values = [[_plain(connection, field, _pick(row, field)) for field in used] for row in rows]
    source, params = _source(connection, used, values)
    table = _quoted(connection, model._meta.db_table)
    keyed, *others = [_quoted(connection, field.column) for field in used]
    changes = ", ".join(f"{name} = fresh.{name}" for name in others)
    narrowed = ""
    if between:
        column = model._meta.get_field(between[0])
        narrowed = f" AND {table}.{_quoted(connection, column.column)} BETWEEN %s AND %s"
        params = [*params, *(column.get_db_prep_value(end, connection) for end in between[1:])]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {changes} FROM ({source}) AS fresh WHERE {table}.{keyed} = fresh.{keyed}{narrowed}",  # noqa: S608 -- names are our models' own, quoted
            params,
        )
        return cursor.rowcount


def existing(model: type[models.Model], field: str, values: Iterable[Any]) -> set:
    """Those of `values` that are stored in `field` of any row. One query."""
    values = list(values)
    if not values:
        return set()
    connection = connections[router.db_for_read(model)]
    column = model._meta.get_field(field)
    source, params = _source(connection, [column], [[_plain(connection, column, value)] for value in values])
    table, name = _quoted(connection, model._meta.db_table), _quoted(connection, column.column)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {name} FROM {table} WHERE {name} IN ({source})", params)  # noqa: S608 -- as above
        return {value for (value,) in _converted(connection, [column], cursor.fetchall())}


def delete(model: type[models.Model], field: str, values: Iterable[Any]) -> int:
    """Delete the rows whose `field` is one of `values`, in one statement, without cascades. Rows deleted."""
    values = list(values)
    if not values:
        return 0
    connection = _writing(model)
    column = model._meta.get_field(field)
    source, params = _source(connection, [column], [[_plain(connection, column, value)] for value in values])
    table, name = _quoted(connection, model._meta.db_table), _quoted(connection, column.column)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {name} IN ({source})", params)  # noqa: S608 -- as above
        return cursor.rowcount


def _writing(model: type[models.Model]) -> Any:
    return connections[router.db_for_write(model)]


def _quoted(connection: Any, name: str) -> str:
    return connection.ops.quote_name(name)


def _names(connection: Any, fields: Sequence[Any]) -> str:
    return ", ".join(_quoted(connection, field.column) for field in fields)


def _pick(row: dict[str, Any], field: Any) -> Any:
    """A row may say `account` or `account_id`; a model instance stands for its key."""
    value = row[field.name] if field.name in row else row[field.attname]
    return value.pk if isinstance(value, models.Model) else value


def _insert(model: type[models.Model], objects: list, ignore_conflicts: bool) -> tuple[str, list]:
    """The statement and its one parameter."""
    connection = _writing(model)
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    if objects[0].pk is None:
        fields = [field for field in fields if not field.primary_key]
    values = [[_plain(connection, field, field.pre_save(one, True)) for field in fields] for one in objects]
    source, params = _source(connection, fields, values)
    table = _quoted(connection, model._meta.db_table)
    # "WHERE true": without it SQLite takes ON CONFLICT for the ON of a join.
    tail = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    return f"INSERT INTO {table} ({_names(connection, fields)}) {source} WHERE true{tail}", params


def _source(connection: Any, fields: Sequence[Any], values: list[list]) -> tuple[str, list]:
    """A SELECT that gives `values` as rows with the fields' columns, and its one parameter: all rows as JSON."""
    if connection.vendor == "sqlite":
        columns = ", ".join(
            f"json_extract(value, '$[{at}]') AS {_quoted(connection, field.column)}" for at, field in enumerate(fields)
        )
        return f"SELECT {columns} FROM json_each(%s)", [json.dumps(values, allow_nan=False)]  # noqa: S608 -- as above
    names = [field.column for field in fields]
    types = ", ".join(f"{_quoted(connection, field.column)} {_type(connection, field)}" for field in fields)
    rows = [dict(zip(names, row, strict=True)) for row in values]
    select = f"SELECT {_names(connection, fields)} FROM json_to_recordset(%s::json) AS row_({types})"  # noqa: S608 -- as above
    return select, [json.dumps(rows, allow_nan=False)]


def _type(connection: Any, field: Any) -> str:
    return field.rel_db_type(connection) if field.primary_key else field.db_type(connection)


def _plain(connection: Any, field: Any, value: Any) -> Any:
    """A value as JSON can carry it and the database reads it back. TypeError for what neither can (bytes, spans).

    The first lines are what the last ones give for the commonest values, at a tenth of the time.
    """
    kind = type(value)
    if value is None or (isinstance(value, str) and isinstance(field, models.CharField)):
        return value
    if kind is int and isinstance(field, models.IntegerField | models.ForeignKey):
        return value
    if kind is UUID and isinstance(field, models.UUIDField):
        return value.hex
    if kind is datetime and value.tzinfo is UTC and isinstance(field, models.DateTimeField):
        return str(value.replace(tzinfo=None)) if connection.vendor == "sqlite" else value.isoformat()
    return _prepared(connection, field, value)


def _prepared(connection: Any, field: Any, value: Any) -> Any:
    if isinstance(field, models.JSONField) and connection.vendor != "sqlite":
        return json.loads(json.dumps(value, cls=field.encoder)) if field.encoder else value
    value = field.get_db_prep_save(value, connection)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(f"{field} holds {type(value).__name__}, which cannot be written in batches")


def _converted(connection: Any, fields: Sequence[Any], rows: Iterable[Sequence]) -> list[tuple]:
    """Rows as the ORM would give them."""
    steps = []
    for field in fields:
        column = field.get_col(field.model._meta.db_table)
        converters = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        steps.append([partial(convert, expression=column, connection=connection) for convert in converters])
    return [tuple(_through(value, step) for value, step in zip(row, steps, strict=True)) for row in rows]


def _through(value: Any, converters: list) -> Any:
    for convert in converters:
        value = convert(value)
    return value
