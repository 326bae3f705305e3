"""Topics as one list: merging two that mean the same, without losing what either was given to."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Field
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from cms import clock, policy
from cms.models import AssetTopic, MergedTopic, Topic


def slugs() -> dict[str, int]:
    """Slug to id of every topic; a merged one's slug leads to what it has become. Two queries."""
    merged = dict(MergedTopic.objects.order_by("pk").values_list("slug", "into"))
    return merged | dict(Topic.objects.values_list("slug", "pk"))


def find(slug: str) -> Topic | None:
    """The topic of that slug, or the one that it was merged into, or None."""
    topic = Topic.objects.filter(slug=slug).first()
    if topic is None:
        merged = MergedTopic.objects.filter(slug=slug).select_related("into").order_by("-pk").first()
        topic = merged and merged.into
    return topic


def uses(topic: Topic) -> list[tuple[str, int]]:
    """(What, how many) has this topic, for whoever is about to merge it. One query a kind."""
    counted = [(_kind(field), field.model._base_manager.filter(**{field.name: topic}).count()) for field in _fields()]
    return [(kind, number) for kind, number in counted if number]


@transaction.atomic
def merge(topic: Topic, into: Topic, user) -> None:
    """Give everything that has `topic` the topic `into`, and end `topic`.

    Its address leads to the other's, versions that name it are read as naming the other, and so are rules. What was
    read before keeps the topic it was read under. Raises PermissionDenied without the right `topic.merge`,
    ValueError when both are the same.
    """
    if not policy.may(user, "topic.merge"):
        raise PermissionDenied(_("Only marketers merge topics."))
    if topic.pk == into.pk:
        raise ValueError(f"Topic {topic.pk} cannot be merged into itself")
    list(Topic.objects.select_for_update().filter(pk__in=(topic.pk, into.pk)).order_by("pk"))
    for field in _fields():
        _move(field, topic, into)
    MergedTopic.objects.filter(into=topic).update(into=into)
    MergedTopic.objects.create(old_id=topic.pk, slug=topic.slug, name=topic.name, into=into, merged_at=clock.now())
    log(into, "topic.merge", user=user, data={"topic": topic.name, "slug": topic.slug})
    topic.delete()


def _fields() -> list[Field]:
    """Every foreign key to a topic, of any app: rows that link many to many among them."""
    relations = Topic._meta.get_fields(include_hidden=True)
    keys = [relation.field for relation in relations if relation.one_to_many and relation.auto_created]
    return [field for field in keys if field.model is not MergedTopic]


def _move(field: Field, topic: Topic, into: Topic) -> None:
    rows = field.model._base_manager.filter(**{field.name: topic})
    if other := _other_side(field):
        has_both = field.model._base_manager.filter(**{field.name: into}).values(other)
        rows.filter(**{f"{other}__in": has_both}).delete()
    rows.update(**{field.name: into})


def _other_side(field: Field) -> str:
    """What a row links the topic to, when the row is nothing but that link; else ""."""
    if field.model is AssetTopic:
        return "content_object"
    if not field.model._meta.auto_created:
        return ""
    return next(one.name for one in field.model._meta.fields if one.is_relation and one is not field)


def _kind(field: Field) -> str:
    model = field.model
    if other := _other_side(field):
        model = model._meta.get_field(other).related_model
    return str(model._meta.verbose_name_plural)
