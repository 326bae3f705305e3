"""How many people and companies stand where, and whom a choice of stages, personas and topics means."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cms import clock
from cms.models import AssetTopic, BuyingStage, Persona, Topic
from nurture.contacts.facts import INTEREST
from nurture.contacts.models import CellSupply, Contact, Engagement, FieldChange
from tracking.kinds import READING_KINDS

LATELY = timedelta(days=183)


def audience() -> dict[tuple[int, int | None], dict[str, float | None]]:
    """{(stage id, persona id or None): {"contacts", "accounts": n, "weeks", "searches": n or None}} in two queries.

    Weeks of supply and searches in vain are what `supply.refresh` counted; None: not known yet.
    """
    rows = (
        Contact.objects.filter(stage__isnull=False, synthetic=False, internal=False, erased_at=None)
        .order_by()
        .values_list("stage_id", "persona_id")
        .annotate(contacts=Count("pk"), accounts=Count("account", distinct=True))
    )
    kept = CellSupply.objects.values_list("stage", "persona", "weeks", "searches")
    counted = {(stage, persona): {"weeks": weeks, "searches": n} for stage, persona, weeks, n in kept}
    unknown = {"weeks": None, "searches": None}
    return {
        (stage, persona): {"contacts": contacts, "accounts": accounts, **counted.get((stage, persona), unknown)}
        for stage, persona, contacts, accounts in rows
    }


@dataclass(frozen=True)
class Choice:
    """Whom to ask, by primary keys; an empty tuple lets all through."""

    stages: tuple[int, ...] = ()
    personas: tuple[int, ...] = ()
    topics: tuple[int, ...] = ()
    skip_answered: bool = False

    @classmethod
    def of(cls, kept: dict) -> "Choice":
        """From what `dataclasses.asdict` made of one, by way of JSON."""
        return cls(**{name: tuple(one) if isinstance(one, list) else one for name, one in kept.items()})


def matching(choice: Choice) -> QuerySet[Contact]:
    """Real people outside our own house who fit: at one of the stages, of one of the personas, and with one of the
    topics either stated as their interest or read about in the last half year."""
    people = Contact.objects.filter(synthetic=False, internal=False, erased_at=None)
    if choice.stages:
        people = people.filter(stage__in=choice.stages)
    if choice.personas:
        people = people.filter(persona__in=choice.personas)
    if choice.topics:
        people = people.filter(_interested(choice.topics))
    return people


def _interested(topics: tuple[int, ...]) -> Q:
    read = Engagement.objects.filter(
        contact=OuterRef("pk"),
        human=True,
        kind__in=READING_KINDS,
        occurred_at__gt=clock.now() - LATELY,
        asset__in=AssetTopic.objects.filter(tag__in=topics).values("content_object"),
    )
    stated = FieldChange.objects.filter(
        subject=OuterRef("subject"), field=INTEREST, new__in=[str(topic) for topic in topics]
    )
    return Q(Exists(read)) | Q(Exists(stated))


@dataclass(frozen=True)
class Words:
    """The names that make a Choice readable: three queries for any number of them."""

    stages: dict[int, str]
    personas: dict[int, str]
    topics: dict[int, str]

    @classmethod
    def load(cls) -> "Words":
        """As they are called now."""
        return cls(*(dict(model.objects.values_list("pk", "name")) for model in (BuyingStage, Persona, Topic)))

    def of(self, choice: Choice) -> str:
        """ "At Interest, Decision; IT lead; interested in Cost"."""
        parts = []
        for template, names, keys in (
            (_("at %s"), self.stages, choice.stages),
            ("%s", self.personas, choice.personas),
            (_("interested in %s"), self.topics, choice.topics),
        ):
            if keys:
                parts.append(template % ", ".join(names.get(key, _("something that is gone")) for key in keys))
        words = "; ".join(parts) or _("everybody")
        return words[:1].upper() + words[1:]
