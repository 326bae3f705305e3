"""What an import made for its pieces besides them, and whether anything else uses it by now."""

from django.apps import apps
from django.db import models
from wagtail.models import ModelLogEntry, ReferenceIndex

from cms.models import ImportBatch, ImportedPart

GOES_ALONG = {"renditions", "tagged_items", "index_entries"}  # of the thing itself


def note(batch: ImportBatch, made: models.Model) -> None:
    """Remember that this batch made it."""
    ImportedPart.objects.get_or_create(model=made._meta.label_lower, object_id=made.pk, defaults={"batch": batch})


def find(part: ImportedPart) -> models.Model | None:
    """The thing itself, if it is still there."""
    return apps.get_model(part.model)._default_manager.filter(pk=part.object_id).first()


def is_used(made: models.Model) -> bool:
    """Does anything name it, or has somebody changed it by hand? A query for each kind of thing that can."""
    if ModelLogEntry.objects.for_instance(made).exists() or ReferenceIndex.get_references_to(made).exists():
        return True
    # Hidden ones too: most of ours have no way back ("+").
    backwards = [
        field for field in made._meta.get_fields(include_hidden=True) if field.auto_created and field.is_relation
    ]
    return any(_names(relation, made) for relation in backwards if not relation.concrete)


def _names(relation, made: models.Model) -> bool:
    if relation.get_accessor_name() in GOES_ALONG:
        return False
    return relation.related_model._default_manager.filter(**{relation.field.name: made}).exists()
