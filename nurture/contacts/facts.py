"""Facts about contacts and accounts: every change of one is a row, so that a decision can be made as of any time."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from cms import clock
from nurture.contacts.models import Account, Contact, FieldChange

# A stage has its own history (`stages.py`); the others name the row itself and never change.
INTEREST = "interest"  # a topic, by primary key; a person has several, so it is no field of theirs
NOT_FACTS = ("id", "subject", "stage", "synthetic", "erased_at", "created_at")


def change(obj: Contact | Account, values: dict[str, Any], source: str, at: datetime | None = None):
    """Set `values` on a contact or account, in the caller's transaction: one FieldChange a field that differs.

    A relation is given as an object or None and recorded by primary key. `source` says who says so, for example
    "admin:7", "import:12", "form". Raises ValidationError (nothing is written) when the whole would not be valid,
    ValueError for a field that is no fact. Returns the changes, [] when all was so already.
    """
    if unknown := set(values) - facts_of(type(obj)):
        raise ValueError(f"Not facts of a {obj._meta.verbose_name}: {', '.join(sorted(unknown))}")
    at, changes = at or clock.now(), []
    for name, value in values.items():
        old = text(obj, name)
        setattr(obj, name, value)
        if (new := text(obj, name)) != old:
            changes.append(FieldChange(subject=obj.subject, field=name, old=old, new=new, at=at, source=source))
    if changes:
        obj.full_clean()
        obj.save(update_fields=[change.field for change in changes])
        FieldChange.objects.bulk_create(changes)
    return changes


def state(contact: Contact, name: str, value: str, source: str, at: datetime) -> int:
    """Write one of several values that hold side by side, such as INTEREST. 1, or 0 when it was stated before."""
    same = FieldChange.objects.filter(subject=contact.subject, field=name, new=value)
    if same.exists():
        return 0
    FieldChange.objects.create(subject=contact.subject, field=name, new=value, at=at, source=source)
    return 1


def fill(obj: Contact | Account, told: dict[str, Any], source: str) -> None:
    """Set what is empty, and overwrite nothing. What is not valid is left out, and does not stop the rest."""
    for field, value in told.items():
        if text(obj, field):
            continue
        try:
            change(obj, {field: value}, source)
        except ValidationError:
            obj.refresh_from_db()


def facts_of(model: type[models.Model]) -> set[str]:
    """The names of the fields that may be changed here."""
    return {field.name for field in model._meta.concrete_fields} - set(NOT_FACTS)


def text(obj: models.Model, name: str) -> str:
    """The value of a field as a FieldChange keeps it: text, a relation's primary key, "" for nothing."""
    value = getattr(obj, obj._meta.get_field(name).attname)
    return "" if value is None else str(value)
