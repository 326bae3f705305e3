"""Screens of the ledger: what comes in, as it comes in, and whether it keeps up."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminPageChooser

from cms import clock, keys, policy
from cms.models import AssetPage
from tracking import accounts, dropped, rollups, stream, vitals, words
from tracking.kinds import KINDS
from tracking.models.events import Verdict

SLOW_SECONDS = 60
ROBOT_DAYS = 14
SINCE = (
    ("", gettext_lazy("Any time")),
    ("hour", gettext_lazy("The last hour")),
    ("day", gettext_lazy("The last 24 hours")),
    ("week", gettext_lazy("The last 7 days")),
    ("month", gettext_lazy("The last 30 days")),
)


class StreamForm(forms.Form):
    """What narrows the stream. By GET: an address can be kept and sent to a colleague."""

    kind = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    verdict = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    since = forms.ChoiceField(label=gettext_lazy("When"), choices=SINCE, required=False)
    asset = forms.ModelChoiceField(
        AssetPage.objects.all(),
        label=gettext_lazy("Piece"),
        required=False,
        widget=AdminPageChooser(target_models=[AssetPage]),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            ("", _("Everything")),
            *((kind, words.said(words.KINDS, kind)) for kind in KINDS),
        ]
        people = [(verdict, words.said(words.VERDICTS, verdict)) for verdict in Verdict.values]
        self.fields["verdict"].choices = [("", _("Everybody")), *people]

    def wanted(self, before: int | None, after: int | None) -> stream.Wanted:
        """What was asked for; a filter that is not understood is shown as wrong and lets all through."""
        chosen = self.cleaned_data
        asset = chosen.get("asset")
        return stream.Wanted(
            kind=chosen.get("kind", ""),
            verdict=chosen.get("verdict", ""),
            since=chosen.get("since", ""),
            asset=asset.pk if asset else None,
            before=before,
            after=after,
        )


@policy.require("ledger.view")
def live(request):
    """The stream, narrowed by `kind`, `verdict`, `asset`, `since`; `before` goes on; `after` gives new rows alone."""
    form = StreamForm(request.GET)
    form.is_valid()
    before, after = _key(request, "before"), _key(request, "after")
    found = stream.read(form.wanted(before, after))
    context = {"lines": stream.lines(found.events), "events": found.events, "found": found}
    if after is not None:
        headers = {"X-Newest": str(found.newest), "X-More": "1" if found.is_cut else "0"}
        return TemplateResponse(request, "tracking/ledger/rows.html", context, headers=headers)
    context |= {
        "form": form,
        "before": before,
        "is_narrowed": any(form.cleaned_data.values()),
        "dropped": dropped.since(clock.now() - timedelta(days=1)),
        "query": _without_place(request),
        "page_title": _("Events as they come in"),
        "header_title": _("Events as they come in"),
        "header_icon": "history",
        "breadcrumbs_items": crumbs(_("Events as they come in")),
        "media": form.media,
    }
    return TemplateResponse(request, "tracking/ledger/stream.html", context)


def crumbs(*labels: str) -> list[dict[str, str]]:
    """Home, then where this screen stands."""
    return [{"url": reverse("wagtailadmin_home"), "label": _("Home")}, *({"url": "", "label": one} for one in labels)]


def _key(request, name: str) -> int | None:
    """An id that our own link carries."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (key := keys.number(text)):
        raise BadRequest(_("`%s` is the number of an event") % name)
    return key


def _without_place(request) -> str:
    """The filters as a query, for the links that go on from a place."""
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    return query.urlencode()


@policy.require("ledger.view")
def health(request):
    """Is the ledger keeping up? `sum=1` counts the sum, too, which reads all of it."""
    now, found = clock.now(), vitals.now()
    share = found["robot_share"]
    days = rollups.by_day(vitals.today() - timedelta(days=ROBOT_DAYS - 1), vitals.today())
    context = {
        "vitals": found,
        "lag": _span(found["lag"]),
        "is_slow": found["lag"] > SLOW_SECONDS,
        "robots": None if share is None else round(100 * share),
        "days": vitals.DAYS,
        "sum": accounts.balance() if request.GET.get("sum") else None,
        "tables": [
            (_("Dropped, by the hour"), dropped.by("hour", now - timedelta(days=1)), "j M, H:i"),
            (_("Dropped, by the day"), dropped.by("day", now - timedelta(days=vitals.DAYS)), "j M Y"),
        ],
        "robot_days": [
            row | {"share": round(100 * row["robots"] / (row["people"] + row["robots"] or 1))} for row in reversed(days)
        ],
        "page_title": _("Health of the ledger"),
        "header_title": _("Health of the ledger"),
        "header_icon": "circle-check",
        "breadcrumbs_items": crumbs(_("Health of the ledger")),
    }
    return TemplateResponse(request, "tracking/ledger/health.html", context)


def _span(seconds: float) -> str:
    """ "0 s", "3 min", "2 h"."""
    if seconds < 60:
        return _("%d s") % seconds
    return _("%d min") % (seconds // 60) if seconds < 3600 else _("%d h") % (seconds // 3600)
