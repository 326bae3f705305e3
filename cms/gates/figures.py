"""How a gate does: how often its form was opened from a piece, and how often it was sent."""

from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from cms.gates.models import Gate, GateDay, GateSubmission

SHOWN_PIECES = 100


@dataclass(frozen=True)
class Line:
    """One piece behind a gate, live or not any more."""

    asset_id: int
    title: str
    opened: int
    sent: int

    @property
    def percent(self) -> str:
        """How many of those who opened the form sent it."""
        return percent(self.opened, self.sent)


def percent(opened: int, sent: int) -> str:
    """ "40 %"; a dash where nobody opened the form."""
    return f"{min(round(100 * sent / opened), 100)} %" if opened else "–"


def with_figures(gates: QuerySet[Gate]) -> QuerySet[Gate]:
    """Each with `.opened` and `.sent`, in the same query."""
    days = GateDay.objects.filter(gate=OuterRef("pk")).order_by().values("gate").annotate(n=Sum("opened")).values("n")
    taken = GateSubmission.objects.filter(gate=OuterRef("pk"), state=GateSubmission.State.TAKEN).order_by()
    sent = taken.values("gate").annotate(n=Count("pk")).values("n")
    return gates.annotate(opened=_number(days), sent=_number(sent))


def by_piece(gate: Gate) -> list[Line]:
    """The pieces that it was opened or sent for, most often sent first; at most SHOWN_PIECES. Two queries."""
    opened = dict(GateDay.objects.filter(gate=gate).values_list("asset").annotate(n=Sum("opened")))
    taken = GateSubmission.objects.filter(gate=gate, state=GateSubmission.State.TAKEN, asset__isnull=False)
    sent = dict(taken.order_by().values_list("asset").annotate(n=Count("pk")))
    ids = sorted(opened.keys() | sent.keys(), key=lambda pk: (-sent.get(pk, 0), -opened.get(pk, 0)))[:SHOWN_PIECES]
    titles = dict(GateDay._meta.get_field("asset").related_model.objects.filter(pk__in=ids).values_list("pk", "title"))
    return [Line(pk, titles[pk], opened.get(pk, 0), sent.get(pk, 0)) for pk in ids if pk in titles]


def _number(rows):
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)
