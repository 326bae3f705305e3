"""A survey answered on a phone and without scripts, one tap and then more, and what the team sees of it."""

import pytest
from playwright.sync_api import expect

from cms import clock, policy
from cms.models import AnswerSet, AssetPage, HomePage, Persona, PersonaNote, Question, Rating, RatingNote, Survey
from tests.browser.conftest import NARROW, login, overflows, violations

QUESTIONS = (
    ("What do you do?", "radio", "I plan\nI pay, mostly", True),
    ("What would help?", "checkboxes", "Cost\nAudit", False),
    ("How well does it work at night?", "scale", "Not at all\nVery well", False),
    ("How many trailers?", "number", "", False),
    ("What did we not ask?", "multiline", "", False),
)


@pytest.fixture(scope="module")
def asked(site):
    """A piece, and a survey that is offered under it."""
    page = AssetPage(title="A warm hour", summary="What it costs.", first_published_at=clock.now())
    HomePage.objects.get().add_child(instance=page)
    Persona.objects.create(slug="it", name="IT lead", description="Keeps it running.")
    survey = Survey.objects.create(
        title="What would make your nights quieter?",
        slug="nights",
        intro="Five questions, two minutes.",
        purpose="To choose what we write.",
        consent_wording="I agree that my answers are kept for this.",
        is_open=True,
        is_offered=True,
    )
    for number, (label, kind, choices, required) in enumerate(QUESTIONS):
        Question(
            survey=survey, sort_order=number, label=label, field_type=kind, choices=choices, required=required
        ).save()
    return site


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_survey_is_accessible_with_its_mistakes_shown_and_fits_a_phone(asked, new_page, scheme):
    page = new_page(color_scheme=scheme, viewport={"width": 320, "height": 700})
    page.goto(f"{asked.url}/surveys/nights/")
    assert violations(page) == []
    assert not overflows(page)
    page.get_by_label("How many trailers?").fill("many")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("alert")).to_contain_text("Please answer this one.")
    page.errors.clear()  # the browser logs the 422 that this page is
    assert page.get_by_label("How many trailers?").input_value() == "many"
    assert violations(page) == []
    assert not overflows(page)


def test_reader_without_script_comes_from_a_piece_and_answers(asked, new_page):
    page = new_page(java_script_enabled=False, viewport=NARROW)
    page.goto(f"{asked.url}/a-warm-hour/")
    page.get_by_role("link", name="Answer them").click()
    page.get_by_label("I pay, mostly").check()
    page.get_by_label("Audit").check()
    page.get_by_label("4", exact=True).check()
    page.get_by_label("What did we not ask?").fill("The night shift.")
    page.get_by_role("button", name="Send my answers").click()
    assert page.get_by_role("status").inner_text() == "Thank you. Your answers are with us."
    found = AnswerSet.objects.get()
    assert found.asset.title == "A warm hour"
    assert sorted(found.answers.values_list("text", flat=True)) == ["4", "Audit", "I pay, mostly", "The night shift."]
    assert page.context.cookies() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_tap_then_more_without_leaving_the_page(asked, new_page, scheme):
    Rating.objects.all().delete()
    page = new_page(color_scheme=scheme, viewport=NARROW)
    page.goto(f"{asked.url}/a-warm-hour/")
    expect(page.get_by_text("Say more, if you like")).to_be_hidden()
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_text("Say more, if you like")).to_be_visible()
    assert Rating.objects.get().value == -1
    expect(page.get_by_label("Too long")).to_be_visible()
    expect(page.get_by_label("Clear")).to_be_hidden()
    assert violations(page) == []
    assert not overflows(page)
    page.get_by_label("Too long").check()
    page.get_by_label("In a sentence").fill("Half would do.")
    page.locator("form[data-more]").get_by_role("button", name="Send").click()
    expect(page.locator(".rating-answer")).to_have_text("Thank you. Somebody of us reads it.")
    expect(page.get_by_text("Say more, if you like")).to_be_hidden()
    note = RatingNote.objects.get()
    assert (note.reasons, note.text) == (["too_long"], "Half would do.")
    assert page.url == f"{asked.url}/a-warm-hour/"


def test_team_s_screens_are_accessible_and_fit_a_phone(asked, new_page):
    page = new_page(viewport=NARROW)
    login(page, asked, "marketer", policy.MARKETER)
    survey, persona = Survey.objects.get(), Persona.objects.get()
    PersonaNote.objects.create(persona=persona, who="A planner", held_on=clock.now().date(), notes="Nights are worst.")
    rating = Rating.objects.create(asset=AssetPage.objects.get(), reader_key="r", value=1, rated_at=clock.now())
    RatingNote.objects.create(rating=rating, text="Good.", email="ines@example.com", noted_at=clock.now())
    for path in (
        "surveys/",
        f"surveys/results/{survey.pk}/",
        f"surveys/results/{survey.pk}/texts/{survey.questions.last().pk}/",
        f"surveys/meanings/{survey.pk}/",
        f"personas/page/{persona.pk}/",
        f"personas/page/{persona.pk}/interview/",
        "comments/with-ratings/",
    ):
        page.goto(f"{asked.url}/admin/library/{path}")
        assert violations(page) == [], path
        assert not overflows(page), path
    page.goto(f"{asked.url}/admin/nurture/surveys/{survey.pk}/send/")
    assert violations(page) == []
    assert not overflows(page)
