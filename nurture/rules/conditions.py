"""What must hold besides the trigger. About the contact: q(params, at) over Contact, so that segments, rules and
flows speak one language. About what was read: matches(cause, params, context)."""

from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from nurture.contacts.models import Contact, Engagement
from nurture.registry import register
from nurture.rules import choices
from tracking.kinds import READING_KINDS


class ContactStageBlock(blocks.StructBlock):
    """The stages of which the contact must be at one."""

    stages = blocks.MultipleChoiceBlock(choices=choices.stages, label=_("One of"), widget=CheckboxSelectMultiple())

    class Meta:
        icon = "order"


@register("condition")
class ContactStage:
    """The contact is at one of these stages."""

    key, label, block = "contact_stage", _("The contact is at a stage"), ContactStageBlock

    @staticmethod
    def sentence(params) -> str:
        """Plain words."""
        return _g("they are at %s") % choices.named(params["stages"], choices.stages())

    @staticmethod
    def q(params, at: datetime) -> Q:
        """Contacts at one of the stages."""
        return Q(stage__slug__in=list(params["stages"]))


class ContactPersonaBlock(blocks.StructBlock):
    """The personas of which the contact must be one."""

    personas = blocks.MultipleChoiceBlock(choices=choices.personas, label=_("One of"), widget=CheckboxSelectMultiple())

    class Meta:
        icon = "user"


@register("condition")
class ContactPersona:
    """The contact is one of these personas."""

    key, label, block = "contact_persona", _("The contact is a persona"), ContactPersonaBlock

    @staticmethod
    def sentence(params) -> str:
        """Plain words."""
        return _g("they are %s") % choices.named(params["personas"], choices.personas())

    @staticmethod
    def q(params, at: datetime) -> Q:
        """Contacts of one of the personas."""
        return Q(persona__slug__in=list(params["personas"]))


class PiecesReadBlock(blocks.StructBlock):
    """How many different pieces, of which stages, in how many days."""

    at_least = blocks.IntegerBlock(min_value=1, default=2, label=_("At least (different pieces)"))
    days = blocks.IntegerBlock(min_value=1, max_value=730, default=30, label=_("In the last (days)"))
    stages = blocks.MultipleChoiceBlock(
        choices=choices.stages, required=False, label=_("Of these stages"), widget=CheckboxSelectMultiple()
    )

    class Meta:
        icon = "list-ol"


@register("condition")
class PiecesRead:
    """The contact has read so many different pieces lately. Robots' reading does not count."""

    key, label, block = "pieces_read", _("The contact has read several pieces"), PiecesReadBlock

    @staticmethod
    def sentence(params) -> str:
        """Plain words."""
        words = _g("they read %(n)s or more different pieces in %(days)s days")
        said = words % {"n": params["at_least"], "days": params["days"]}
        if params["stages"]:
            said += _g(" of the stage %s") % choices.named(params["stages"], choices.stages())
        return said

    @staticmethod
    def q(params, at: datetime) -> Q:
        """Contacts whose distinct human-read pieces in the window reach the number."""
        read = Engagement.objects.filter(
            contact=OuterRef("pk"),
            human=True,
            kind__in=READING_KINDS,
            asset__isnull=False,
            occurred_at__gt=at - timedelta(days=params["days"]),
            occurred_at__lte=at,
        )
        if params.get("stages"):
            read = read.filter(stage__slug__in=list(params["stages"]))
        number = read.order_by().values("contact").annotate(n=Count("asset", distinct=True)).values("n")
        enough = Contact.objects.annotate(n=Coalesce(Subquery(number), 0)).filter(n__gte=params["at_least"])
        return Q(pk__in=enough.values("pk"))
