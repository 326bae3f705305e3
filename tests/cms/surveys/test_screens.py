"""The screens of surveys: making one, what stands once answered, results that tell no single person, the sheet."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from cms import clock, policy
from cms.admin.surveys import MeaningsForm
from cms.models import AnswerSet, Meaning, Survey
from cms.surveys import answering, reminding, results, sheets
from cms.surveys.asking import form_for

pytestmark = [pytest.mark.django_db, pytest.mark.db]
QUESTION = {"label": "Why?", "help_text": "", "field_type": "radio", "tells": "", "choices": "A\nB", "ORDER": 1}


@pytest.fixture
def analyst(make_user):
    return make_user("analyst", policy.ANALYST)


@pytest.fixture
def answer(said):
    """answer(survey, "I plan", …, stage_id=…) -> that many different readers say the same."""

    def make(survey, *values, people=1, **who):
        for _ in range(people):
            form = form_for(survey, said(survey, *values))
            assert form.is_valid(), form.errors
            key = f"reader-{AnswerSet.objects.count()}"
            answering.answer(survey, form.cleaned_data, answering.Answerer(reader_key=key, **who))

    return make


def posted(questions, initial=0, **fields):
    values = {"title": "Why now", "slug": "why-now", "intro": "x", "purpose": "x", "consent_wording": "x"}
    return nested_form_data(values | {"questions": inline_formset(list(questions), initial=initial)} | fields)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"choices": "A"}, "at least two answers"),
        ({"field_type": "scale", "choices": "A\nB\nC"}, "A scale has two ends"),
        ({"field_type": "number", "tells": "persona"}, "Only answers that are chosen"),
        ({"choices": "A\n" + "x" * 256}, "at most 255"),
    ],
)
def test_question_that_cannot_be_answered_is_refused_where_it_is_wrong(client, marketer, change, words):
    client.force_login(marketer)
    page = client.post(reverse("surveys:add"), posted([QUESTION | change])).content.decode()
    assert words in page
    assert Survey.objects.count() == 0


def test_marketer_makes_a_survey_and_says_what_its_answers_tell(client, marketer, personas):
    client.force_login(marketer)
    assert "Ask at least one question" in client.post(reverse("surveys:add"), posted([])).content.decode()
    both = {"opens_on": "2026-02-02", "closes_on": "2026-02-01"}
    assert "before the first" in client.post(reverse("surveys:add"), posted([QUESTION], **both)).content.decode()
    client.post(reverse("surveys:add"), posted([QUESTION | {"tells": "persona"}], is_open="on"))
    survey = Survey.objects.get()
    address, question = reverse("surveys:meanings", args=[survey.pk]), survey.questions.get()
    assert "What answers tell" in client.get(address).content.decode()
    client.post(address, {f"m{question.pk}-0": personas[0].pk, f"m{question.pk}-1": ""})
    assert list(Meaning.objects.values_list("choice", "persona")) == [("A", personas[0].pk)]
    shown = client.get(reverse("surveys:preview", args=[survey.pk])).content.decode()
    assert "as its readers will see it" in shown
    assert "disabled" in shown
    assert 'method="post"' not in shown.partition('class="subscribe"')[0]
    actions = set(ModelLogEntry.objects.values_list("action", flat=True))
    assert {"wagtail.create", "survey.meanings"} <= actions


def test_changed_question_forgets_what_its_answers_told_and_says_so(client, marketer, meant, personas):
    client.force_login(marketer)
    role, help_ = meant.questions.all()[:2]
    rows = [
        {"id": one.pk, "label": one.label, "field_type": one.field_type, "choices": one.choices, "ORDER": n + 1}
        | {"tells": "topic" if one == role else one.tells}
        for n, one in enumerate(meant.questions.all())
    ]
    rows[1]["choices"] = "Cost\nAudits\nPeople"
    fields = {name: getattr(meant, name) for name in ("title", "slug", "intro", "purpose", "consent_wording")}
    role.tells = "topic"
    role.save()
    assert set(MeaningsForm(meant).known) == {(help_.pk, "Cost"), (help_.pk, "Audit")}
    page = client.post(reverse("surveys:edit", args=[meant.pk]), posted(rows, initial=5, **fields), follow=True)
    assert "what it told is deleted: “I pay, mostly”, “Audit”." in page.content.decode()
    assert list(Meaning.objects.values_list("question", "choice")) == [(help_.pk, "Cost")]


def test_questions_stand_once_answered_and_a_new_version_carries_all_but_the_answers(client, marketer, meant, answer):
    answer(meant, "I plan")
    client.force_login(marketer)
    rows = [
        {"id": one.pk, "label": f"{one.label} x", "field_type": one.field_type, "choices": one.choices, "ORDER": n + 1}
        for n, one in enumerate(meant.questions.all())
    ]
    fields = {name: getattr(meant, name) for name in ("title", "slug", "intro", "purpose", "consent_wording")}
    page = client.post(reverse("surveys:edit", args=[meant.pk]), posted(rows, initial=5, **fields)).content.decode()
    assert "the questions, the purpose and what they agreed to stand" in page
    client.post(reverse("surveys:delete", args=[meant.pk]))
    assert Survey.objects.get().questions.first().label == "What do you do?"

    client.post(reverse("surveys:new_version", args=[meant.pk]))
    made = Survey.objects.first()
    assert (made.slug, made.earlier, made.is_open, made.owner) == ("who-2", meant, False, marketer)
    assert made.questions.count() == 5
    assert Meaning.objects.filter(question__survey=made).count() == 3
    assert made.answer_sets.count() == 0


def test_groups_of_fewer_than_five_are_not_told_apart(client, analyst, survey, answer, stages, personas):
    answer(survey, "I plan", ["Cost", "Audit"], "4", people=5, stage_id=stages[0].pk)
    answer(survey, "I pay, mostly", ["Cost"], "1", people=4, stage_id=stages[1].pk, persona_id=personas[0].pk)
    role, help_, scale, number, text = results.tallies(survey, results.of(survey), results.STAGE)
    assert [(column.name, column.people) for column in role.columns] == [("All", 9), ("one", 5), ("two", 4)]
    assert role.lines == [
        ("I plan", [results.Cell(5, 56), results.Cell(5, 100), None]),
        ("I pay, mostly", [results.Cell(4, 44), results.Cell(0, 0), None]),
    ]
    assert help_.lines[0] == ("Cost", [results.Cell(9, 100), results.Cell(5, 100), None])
    assert scale.lines[3][1][1] == results.Cell(5, 100)
    assert scale.figures == [results.Figures(24 / 9, 1, 4), results.Figures(4, 4, 4), None]
    assert (number.people, text.people) == (0, 0)
    by_persona = results.tallies(survey, results.of(survey), results.PERSONA)[0]
    assert [column.name for column in by_persona.columns] == ["All", "it", "Not known"]

    client.force_login(analyst)
    page = client.get(reverse("surveys:results", args=[survey.pk]), {"by": "stage"}).content.decode()
    assert "too few" in page
    assert "9 readers answered" in page


@pytest.mark.parametrize("people", [5, 15])
def test_results_cost_the_same_whatever_was_answered(survey, answer, stages, people, django_assert_num_queries):
    for number in range(people):
        answer(survey, "I plan", ["Cost"], "4", "3", "A word", stage_id=stages[number % 3].pk)
    with django_assert_num_queries(6):
        results.tallies(survey, results.of(survey), results.STAGE)


def test_own_words_are_paged_and_searched(client, analyst, survey, answer, monkeypatch):
    from cms.admin import survey_results  # noqa: PLC0415

    monkeypatch.setattr(survey_results, "TEXTS", 2)
    for words in ("The night shift", "<b>nobody</b>", "Day and night"):
        answer(survey, "", [], "", "", words)
    client.force_login(analyst)
    address = reverse("surveys:texts", args=[survey.pk, survey.questions.last().pk])
    page = client.get(address)
    shown = page.content.decode()
    assert "&lt;b&gt;nobody" in shown
    assert "The night shift" not in shown
    assert "The night shift" in client.get(address, {"before": page.context["next_key"]}).content.decode()
    assert len(client.get(address, {"q": "night"}).context["rows"]) == 2
    assert "No answer holds these words." in client.get(address, {"q": "\0dawn"}).content.decode()


def test_sheet_holds_every_reader_and_no_formula(client, analyst, survey, answer, stages, monkeypatch):
    monkeypatch.setattr(sheets, "A_TIME", 2)
    answer(survey, "I plan", ["Cost", "Audit"], "4", "12", '=HYPERLINK("x")', people=5, stage_id=stages[0].pk, round=3)
    client.force_login(analyst)
    address = reverse("surveys:export", args=[survey.pk])
    lines = b"".join(client.post(address, {"as": "csv"}).streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 6
    assert lines[1].endswith("""Mail 3,one,,I plan,Cost; Audit,4.0,12.0,"'=HYPERLINK(""x"")\"""")
    AnswerSet.objects.update(answered_at=datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    with timezone.override("Europe/Berlin"):
        assert [row[0] for row in sheets.rows(survey, survey.answer_sets)][1:] == ["2026-11-24"] * 5
    book = load_workbook(io.BytesIO(client.post(address, {"as": "xlsx"}).content))
    assert [len(list(book.active.rows)), book.active["I2"].value] == [6, '\'=HYPERLINK("x")']
    assert client.get(address).status_code == 405
    assert ModelLogEntry.objects.filter(action="survey.exported").count() == 2


@pytest.mark.parametrize("name", ["results", "export", "preview", "meanings", "new_version", "edit", "delete"])
@pytest.mark.parametrize("who", ["editor", "owner", "stranger", "analyst"])
def test_who_may_not_is_sent_away(client, request, survey, name, who):
    client.force_login(request.getfixturevalue(who))
    address = reverse(f"surveys:{name}", args=[survey.pk])
    if who == "analyst" and name in ("results", "export"):
        assert (client.get if name == "results" else client.post)(address).status_code == 200
        return
    assert {client.get(address).status_code, client.post(address).status_code} <= {302, 403, 405}
    assert Survey.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_with_one_survey_and_with_three(
    rows, client, marketer, make_survey, django_assert_num_queries
):
    for n in range(rows):
        make_survey(slug=f"s-{n}")
    client.force_login(marketer)
    address = reverse("surveys:index_results")
    client.get(address)
    with django_assert_num_queries(8):
        assert len(client.get(address).context["object_list"]) == rows


def test_owner_is_reminded_once_a_year_and_the_list_says_so(client, marketer, survey, make_survey, mailoutbox, later):
    Survey.objects.update(owner=marketer)
    nobody = make_survey("Nobody's", slug="nobody")
    make_survey("Not again", slug="not", repeats_yearly=False, owner=marketer)
    assert reminding.remind() == 0
    later(days=366)
    assert [reminding.remind(), reminding.remind()] == [1, 0]
    [mail] = mailoutbox
    assert (mail.to, "Time to ask again: Who reads us" in mail.subject) == (["marketer@lede.example"], True)
    assert reverse("surveys:results", args=[survey.pk]) in mail.body
    assert set(reminding.due()) == {survey, nobody}
    client.force_login(marketer)
    assert client.get(reverse("surveys:index")).content.decode().count("Time to ask again") == 2
    later(days=366)
    assert reminding.remind() == 1
    Survey.objects.filter(pk=survey.pk).update(asked_at=clock.now() - timedelta(days=3))
    assert set(reminding.due()) == {nobody}
