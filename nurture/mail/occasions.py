"""Why a mail was sent, in words: what its occasion (`rule:ACTIONRUN`, `alert:ID:PERSON`, `tx:UUID`) stands for."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from nurture.mail.models import Delivery
from nurture.rules.models import ActionRun


def reasons(deliveries: Iterable[Delivery]) -> dict[int, str]:
    """{delivery id: words}. One query, for the rules that are named."""
    by_run = {run: d.pk for d in deliveries if (run := _run(d.occasion)) is not None}
    rules = dict(ActionRun.objects.filter(pk__in=by_run).values_list("pk", "cause__rule")) if by_run else {}
    return {d.pk: _words(d, rules) for d in deliveries}


def _words(delivery: Delivery, rules: dict[int, str]) -> str:
    kind = delivery.occasion.partition(":")[0]
    if kind == "rule":
        name = rules.get(_run(delivery.occasion) or 0)
        return _("The rule “%s”") % name if name else _("A rule")
    plain = {
        "alert": _("An alert to sales"),
        "survey": _("A survey, sent by mail"),
        "share": _("Shared by a colleague"),
        "subscription": _("A subscription"),
        "tx": _("Sent by this site"),
        "test": _("A test"),
    }
    return plain.get(kind, delivery.occasion)


def _run(occasion: str) -> int | None:
    kind, _colon, number = occasion.partition(":")
    return int(number) if kind == "rule" and number.isdecimal() else None
