"""Surveys in the admin: the questions, what their answers tell, a look at them as readers will see them."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, ProtectedError
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column, NumberColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets import HeaderButton, SlugInput
from wagtail.log_actions import log

from cms import policy
from cms.admin import survey_results
from cms.admin.columns import DayColumn
from cms.admin.taxonomy import ListOfOurs
from cms.models import Meaning, Persona, Question, Survey, Topic
from cms.surveys import copying, reminding, views
from cms.surveys.asking import form_for


def frame(survey: Survey, title: str) -> dict:
    """Head and trail of a screen about one survey."""
    trail = [
        {"url": reverse("wagtailadmin_home"), "label": _g("Home")},
        {"url": reverse("surveys:index"), "label": _g("Surveys")},
        {"url": reverse("surveys:results", args=[survey.pk]), "label": survey.title},
        {"url": "", "label": title},
    ]
    return {"page_title": title, "header_title": title, "header_icon": "form", "breadcrumbs_items": trail}


class SurveyIndexView(generic.IndexView):
    """The list counts answers and knows which are to be asked again, in its own query."""

    def get_base_queryset(self):
        rows = super().get_base_queryset().annotate(answered=Count("answer_sets"))
        due = set(reminding.due().values_list("pk", flat=True)[:100])
        self.is_due = due.__contains__
        return rows

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for survey in context["object_list"]:
            survey.again = _g("Time to ask again") if self.is_due(survey.pk) else ""
        return context


class SurveyEditView(generic.EditView):
    """The editor, with the ways to what its answers tell and to how it looks."""

    def save_instance(self):
        survey = super().save_instance()
        _drop_stale(self.request, survey)
        return survey

    @cached_property
    def header_buttons(self):
        pk = self.object.pk
        return [
            HeaderButton(_("Preview"), reverse("surveys:preview", args=[pk]), icon_name="view"),
            HeaderButton(_("What answers tell"), reverse("surveys:meanings", args=[pk]), icon_name="tag"),
            HeaderButton(_("Results"), reverse("surveys:results", args=[pk]), icon_name="list-ul"),
        ]


class SurveyDeleteView(generic.DeleteView):
    """Deletes what nobody answered; says of the rest why it stays."""

    def form_valid(self, form):
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except ProtectedError:
            said = _g("Readers have answered “%s”, or were asked by mail, so it stays. Close it to end it.")
            messages.error(self.request, said % self.object)
            return redirect(self.get_success_url())


@policy.require("survey.make")
def preview(request, pk: int):
    """The survey as saved, as its readers will see it; nothing can be sent."""
    survey = get_object_or_404(Survey, pk=pk)
    return views.shown(request, survey, "preview", form=form_for(survey))


@policy.require("survey.make")
@require_POST
def new_version(request, pk: int):
    """A closed copy to change."""
    made = copying.new_version(get_object_or_404(Survey, pk=pk), request.user)
    messages.success(request, _g("This is a closed copy with the same questions. Change them, then open it."))
    return redirect("surveys:edit", made.pk)


@policy.require("survey.make")
def meanings(request, pk: int):
    """For each answer that tells a persona or a topic: which one."""
    survey = get_object_or_404(Survey, pk=pk)
    form = MeaningsForm(survey, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _drop_stale(request, survey)
        form.save()
        log(survey, "survey.meanings", user=request.user)
        messages.success(request, _g("Kept. Answers from now on tell this."))
        return redirect("surveys:meanings", pk)
    context = {"survey": survey, "form": form, "edit_url": reverse("surveys:edit", args=[pk])}
    return TemplateResponse(request, "cms/admin/survey_meanings.html", frame(survey, _g("What answers tell")) | context)


def _drop_stale(request, survey: Survey) -> None:
    """Delete what was said of answers that the questions no longer have, and say so."""
    known = Meaning.objects.filter(question__survey=survey).select_related("question")
    if stale := [meaning for meaning in known if meaning.is_stale]:
        Meaning.objects.filter(pk__in=[meaning.pk for meaning in stale]).delete()
        said = _g("No longer an answer that tells this, so what it told is deleted: %s.")
        choices = ", ".join(f"“{meaning.choice}”" for meaning in stale)
        messages.warning(request, f"{said % choices} {_g('Look at “What answers tell”.')}")


class MeaningsForm(forms.Form):
    """A list to choose from beside each answer of each question that tells something."""

    def __init__(self, survey: Survey, data=None):
        super().__init__(data)
        self.questions = [question for question in survey.questions.all() if question.tells and question.is_choice]
        known = Meaning.objects.filter(question__in=self.questions).select_related("question")
        self.known = {
            (one.question_id, one.choice): one.persona_id or one.topic_id for one in known if not one.is_stale
        }
        models = {Question.Tells.PERSONA: Persona.objects.all(), Question.Tells.TOPIC: Topic.objects.all()}
        self.groups = []
        for question in self.questions:
            names = [self._add(question, number, line, models[question.tells]) for number, line in _numbered(question)]
            self.groups.append((question, [self[name] for name in names]))

    def save(self) -> None:
        """In place of what was said before."""
        rows = [
            Meaning(question=question, choice=line, **{question.tells: chosen})
            for question in self.questions
            for number, line in _numbered(question)
            if (chosen := self.cleaned_data[_name(question, number)])
        ]
        with transaction.atomic():
            Meaning.objects.filter(question__in=self.questions).delete()
            Meaning.objects.bulk_create(rows)

    def _add(self, question: Question, number: int, line: str, rows) -> str:
        name = _name(question, number)
        self.fields[name] = forms.ModelChoiceField(
            rows, required=False, label=line, empty_label=_g("Nothing"), initial=self.known.get((question.pk, line))
        )
        return name


def _numbered(question: Question):
    return list(enumerate(question.lines))


def _name(question: Question, number: int) -> str:
    return f"m{question.pk}-{number}"


class SurveyViewSet(ListOfOurs):
    """Several questions, on a page of their own, under pieces or by mail."""

    model = Survey
    name = "surveys"
    icon = "form"
    menu_label = _("Surveys")
    menu_order = 18
    index_view_class = SurveyIndexView
    edit_view_class = SurveyEditView
    delete_view_class = SurveyDeleteView
    copy_view_enabled = False  # "New version" copies what the answers tell, too
    list_display = [
        TitleColumn("title", label=_("Survey"), url_name="surveys:results"),
        BooleanColumn("is_open", label=_("Open")),
        DayColumn("closes_on", label=_("Last day")),
        NumberColumn("answered", label=_("Answers")),
        Column("again", label=_("Every year")),
    ]
    panels = [
        FieldRowPanel([FieldPanel("title"), FieldPanel("slug", widget=SlugInput)]),
        FieldPanel("intro"),
        InlinePanel(
            "questions",
            heading=_("Questions"),
            label=_("Question"),
            panels=[
                FieldPanel("label"),
                FieldPanel("help_text"),
                FieldRowPanel([FieldPanel("field_type"), FieldPanel("tells")]),
                FieldPanel("choices", widget=forms.Textarea(attrs={"rows": 4})),
                FieldPanel("required"),
            ],
        ),
        FieldPanel("purpose"),
        FieldPanel("consent_wording"),
        FieldPanel("thanks"),
        MultiFieldPanel(
            [FieldPanel("is_open"), FieldRowPanel([FieldPanel("opens_on"), FieldPanel("closes_on")])],
            heading=_("When it takes answers"),
        ),
        MultiFieldPanel(
            [FieldPanel("is_offered"), FieldRowPanel([FieldPanel("stage"), FieldPanel("topic")])],
            heading=_("Under which pieces it is offered"),
        ),
        MultiFieldPanel([FieldPanel("owner"), FieldPanel("repeats_yearly")], heading=_("Who answers for it")),
    ]

    def get_urlpatterns(self):
        return [
            *super().get_urlpatterns(),
            path("results/<int:pk>/", survey_results.results, name="results"),
            path("results/<int:pk>/texts/<int:question>/", survey_results.texts, name="texts"),
            path("results/<int:pk>/export/", survey_results.export, name="export"),
            path("preview/<int:pk>/", preview, name="preview"),
            path("meanings/<int:pk>/", meanings, name="meanings"),
            path("new-version/<int:pk>/", new_version, name="new_version"),
        ]
