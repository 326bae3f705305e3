"""What a survey's readers answered: by stage or persona, in their own words, as a sheet."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.log_actions import log

from cms import keys, policy
from cms.models import Persona, Question, Survey
from cms.surveys import answering, sheets
from cms.surveys import results as tallied

TEXTS = 50
BY = (tallied.STAGE, tallied.PERSONA)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@policy.require("survey.results")
def results(request, pk: int):
    """A table a question; `by` says of which groups, `round` of which wave of mails, `persona` of whom alone."""
    survey = get_object_or_404(Survey.objects.select_related("owner", "earlier"), pk=pk)
    sets, asked = _asked(request, survey)
    context = {
        "survey": survey,
        "tallies": tallied.tallies(survey, sets, asked["by"]),
        "answered": sets.count(),
        "enough": tallied.ENOUGH,
        "rounds": tallied.rounds(survey),
        "is_taking": answering.open_ones().filter(pk=pk).exists(),
        "may_make": policy.may(request.user, "survey.make"),
        "later": survey.later.first(),
        "personas": Persona.objects.all(),
    }
    title = survey.title
    return TemplateResponse(request, "cms/admin/survey.html", _frame(title) | asked | context)


@policy.require("survey.results")
def texts(request, pk: int, question: int):
    """All that was written to one question, newest first, searched by `q`; `before` is the key of the last one."""
    found = get_object_or_404(Question.objects.select_related("survey"), pk=question, survey=pk)
    sets, asked = _asked(request, found.survey)
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    rows = tallied.texts(found, sets, words)
    if before := keys.number(request.GET.get("before", "")):
        rows = rows.filter(pk__lt=before)
    rows = list(rows[: TEXTS + 1])
    context = {
        "question": found,
        "survey": found.survey,
        "rows": rows[:TEXTS],
        "next_key": rows[TEXTS - 1].pk if len(rows) > TEXTS else None,
        "paged": bool(before),
        "q": words,
        "personas": Persona.objects.all(),
    }
    trail = {"url": reverse("surveys:results", args=[pk]), "label": found.survey.title}
    return TemplateResponse(request, "cms/admin/survey_texts.html", _frame(found.label, trail) | asked | context)


@policy.require("survey.results")
@require_POST
def export(request, pk: int):
    """The answers as .csv or .xlsx. A POST, because it is written into the audit log."""
    survey = get_object_or_404(Survey, pk=pk)
    sets, kind = tallied.of(survey), "xlsx" if request.POST.get("as") == "xlsx" else "csv"
    log(survey, "survey.exported", user=request.user, data={"as": kind, "answers": sets.count()})
    if kind == "xlsx":
        answer = HttpResponse(sheets.as_xlsx(survey, sets), content_type=XLSX)
    else:
        answer = StreamingHttpResponse(sheets.as_csv(survey, sets), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{survey.slug}.{kind}"'
    return answer


def _asked(request, survey: Survey):
    """(the sets of answers that are meant, what was asked for as the templates need it)."""
    by = request.GET.get("by", "")
    by = by if by in BY else tallied.STAGE
    text = request.GET.get("round", "")
    round = keys.number(text) if text.isascii() and text.isdecimal() else None
    sets, persona = tallied.of(survey, round=round), keys.number(request.GET.get("persona", ""))
    if persona:
        sets = sets.filter(persona=persona)
    kept = {"by": by, "round": "" if round is None else round, "persona": persona or ""}
    return sets, kept | {"query": urlencode({name: value for name, value in kept.items() if value != ""})}


def _frame(title: str, *trail: dict) -> dict:
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("surveys:index"), "label": _("Surveys")},
        *trail,
        {"url": "", "label": title},
    ]
    return {"page_title": title, "header_title": title, "header_icon": "form", "breadcrumbs_items": crumbs}
