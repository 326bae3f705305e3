"""What came of a signal agreement: the answer to the library's `agreement_figures`."""

from collections.abc import Iterable

from django.db.models import Count, OuterRef, Q, Subquery

from nurture.sales.models import Alert, AlertOutcome

Outcome = AlertOutcome.Outcome


def of_agreements(ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """{agreement id: {"alerts", "people", "accepted", "rejected", "recycled", "open"}}; zeros where it raised none yet.

    An alert counts by what was said of it last. One query.
    """
    ids = set(ids)
    latest = AlertOutcome.objects.filter(alert=OuterRef("pk")).order_by("-pk").values("outcome")[:1]
    alerts = Alert.objects.filter(agreement__in=ids).annotate(latest=Subquery(latest)).order_by().values("agreement")
    rows = alerts.annotate(
        alerts=Count("pk"),
        people=Count("contact", distinct=True),
        open=Count("pk", filter=Q(latest=None)),
        **{one.value: Count("pk", filter=Q(latest=one.value)) for one in Outcome},
    )
    counted = {row.pop("agreement"): row for row in rows}
    none = dict.fromkeys(("alerts", "people", "open", *Outcome.values), 0)
    return {pk: none | counted.get(pk, {}) for pk in ids}
