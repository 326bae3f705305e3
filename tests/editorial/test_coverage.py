"""The coverage map: the counting against a brute-force reference, the table, the screen and the lists behind it."""

from collections import Counter

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cms import ports
from cms.models import Persona
from editorial import coverage, schedule
from editorial.coverage import ALL, NOBODY, Item, Kind
from editorial.models import Entry

pytestmark = pytest.mark.db

STAGES, PERSONAS = (1, 2, 3), (10, 20, 30)
ITEMS = st.lists(
    st.builds(
        Item,
        kind=st.sampled_from(Kind),
        stage=st.sampled_from((None, *STAGES)),
        personas=st.frozensets(st.sampled_from(PERSONAS)),
        for_all=st.booleans(),
    ),
    max_size=30,
)


def reference(items, row, column, kind):
    """How many items a person would count in that cell, looking at each item for itself."""
    found = 0
    for item in items:
        in_row = row == ALL or (row == NOBODY and item.stage is None) or row == item.stage
        unaddressed = not item.for_all and not item.personas
        in_column = (
            column == ALL
            or (column == NOBODY and unaddressed)
            or (column in PERSONAS and (item.for_all or column in item.personas))
        )
        found += in_row and in_column and item.kind == kind
    return found


@given(ITEMS)
def test_counting_agrees_with_looking_at_each_piece(items):
    figures = coverage.count(items, PERSONAS)
    expected = {
        (row, column, kind): reference(items, row, column, kind)
        for row in (*STAGES, NOBODY, ALL)
        for column in (*PERSONAS, NOBODY, ALL)
        for kind in Kind
    }
    assert figures == Counter(expected)


def test_contacts_without_a_persona_stand_in_their_own_column_and_in_the_total():
    audience = {(1, 10): {"contacts": 3}, (1, None): {"contacts": 2}, (2, 10): {"contacts": 1}}
    here = {(1, 10): 3, (1, NOBODY): 2, (1, ALL): 5, (2, 10): 1, (2, ALL): 1}
    assert coverage.head_count(audience) == here | {(ALL, 10): 4, (ALL, NOBODY): 2, (ALL, ALL): 6}
    assert coverage.head_count(None) is None


def cell(table, row, column):
    return next(one for line in table.rows for one in line.cells if (one.row, one.column) == (row, column))


def test_the_table_tells_live_drafts_and_plans_apart(make_piece, make_entry, stage, persona, editor):
    other = Persona.objects.create(slug="t-ops", name="Operations director")
    make_piece(primary_stage=stage, personas=[persona])
    make_piece("For everybody", primary_stage=stage, for_all_personas=True)
    make_piece("Only sales reads it", primary_stage=stage, personas=[persona], audience="sales_only")
    make_entry("A plan", stage=stage, personas=[persona])
    schedule.start_draft(make_entry("In writing", stage=stage, personas=[persona]), editor)
    table = coverage.table()
    here, there = cell(table, stage.pk, persona.pk), cell(table, stage.pk, other.pk)
    assert (here.live, here.drafts, here.planned, here.state) == (2, 1, 1, coverage.THIN)
    assert (there.live, there.drafts, there.planned, there.state) == (1, 0, 0, coverage.THIN)
    total = cell(table, ALL, ALL)
    assert (total.live, total.drafts, total.planned, total.state) == (2, 1, 1, None)


def test_a_cell_is_none_thin_or_enough_by_its_live_pieces(make_piece, stage, persona):
    states = []
    for number in range(4):
        states.append(cell(coverage.table(), stage.pk, persona.pk).state)
        make_piece(f"Piece {number}", primary_stage=stage, personas=[persona])
    assert states == [coverage.NONE, coverage.THIN, coverage.THIN, coverage.ENOUGH]


def test_a_retired_piece_is_no_draft_but_one_taken_back_is(make_piece, make_entry, stage, persona, marketer):
    retired = make_piece("Retired", primary_stage=stage, personas=[persona])
    retired.unpublish()
    entry = make_entry("Taken back", stage=stage, personas=[persona])
    page = schedule.start_draft(entry, marketer)
    page.get_latest_revision().publish(user=marketer)
    type(page).objects.get(pk=page.pk).unpublish()
    here = cell(coverage.table(), stage.pk, persona.pk)
    assert (here.live, here.drafts) == (0, 1)


def test_the_gap_with_most_contacts_is_the_most_urgent(make_piece, stage, persona, monkeypatch):
    other = Persona.objects.create(slug="t-ops", name="Operations director")
    answer = {(stage.pk, persona.pk): {"contacts": 1}, (stage.pk, other.pk): {"contacts": 4}}
    monkeypatch.setattr(ports.audience, "_answer", lambda: answer)
    table = coverage.table()
    assert table.most_urgent is cell(table, stage.pk, other.pk)
    assert (cell(table, stage.pk, ALL).contacts, cell(table, NOBODY, ALL).contacts) == (5, None)


@pytest.mark.parametrize("number", [1, 3, 200])
def test_the_map_costs_six_queries_however_many_pieces(
    number, make_piece, make_entry, stage, persona, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(ports.audience, "_answer", None)
    for index in range(number):
        make_piece(f"Piece {index}", primary_stage=stage, personas=[persona])
    make_entry(stage=stage, personas=[persona])
    with django_assert_num_queries(6):
        assert cell(coverage.table(), stage.pk, persona.pk).live == number


def test_every_figure_of_the_map_is_the_length_of_its_list(client, make_piece, make_entry, stage, persona, marketer):
    make_piece("One", primary_stage=stage, personas=[persona])
    make_piece("Two", primary_stage=stage, for_all_personas=True)
    make_piece("Nobody's")
    make_piece("A draft", primary_stage=stage, personas=[persona], live=False)
    make_entry("A plan", stage=stage, personas=[persona])
    make_entry("A bare plan")
    client.force_login(marketer)
    for row in coverage.table().rows:
        for one in row.cells:
            for name, figure in (("live", one.live), ("drafts", one.drafts), ("planned", one.planned)):
                answer = client.get(reverse(f"editorial:{name}") + f"?{one.query}")
                assert (one.query, name, answer.context["items_count"]) == (one.query, name, figure)


@pytest.mark.parametrize("query", ["stage=seven", "persona=-1", "stage=99999999999999999999", "stage=123456"])
def test_a_cell_that_does_not_exist_is_not_found(client, marketer, query):
    client.force_login(marketer)
    assert client.get(reverse("editorial:live") + f"?{query}").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_behind_a_figure_costs_the_same_for_one_and_three(
    number, client, make_piece, stage, persona, marketer, django_assert_num_queries
):
    for index in range(number):
        make_piece(f"Piece {index}", primary_stage=stage, personas=[persona])
    client.force_login(marketer)
    address = reverse("editorial:live_results") + f"?stage={stage.pk}&persona={persona.pk}"
    client.get(address)
    with django_assert_num_queries(11):
        assert len(client.get(address).context["object_list"]) == number


def test_a_salesperson_sees_the_map_without_drafts_and_without_planning(client, make_piece, stage, persona, owner):
    make_piece("A secret draft", primary_stage=stage, personas=[persona], live=False)
    client.force_login(owner)
    page = client.get(reverse("editorial:coverage")).content.decode()
    assert ("Interest" in page, "draft</" in page, "Plan a piece" in page) == (True, False, False)
    assert client.get(reverse("editorial:drafts")).status_code == 302  # Wagtail sends them home with a message


def test_the_map_is_on_the_home_screen(client, stage, persona, owner):
    client.force_login(owner)
    assert 'class="nr-map"' in client.get(reverse("wagtailadmin_home")).content.decode()


def test_a_gap_leads_to_a_form_that_is_filled_in(client, stage, persona, editor):
    client.force_login(editor)
    page = client.get(reverse("editorial:coverage")).content.decode()
    assert f"{reverse('editorial:add')}?stage={stage.pk}&amp;persona={persona.pk}" in page
    form = client.get(reverse("editorial:add") + f"?stage={stage.pk}&persona={persona.pk}").context["form"]
    assert (form.initial["stage"], form.initial["personas"]) == (stage, [persona])


def test_without_stages_and_personas_the_map_says_what_it_needs(client, editor):
    client.force_login(editor)
    assert "The map needs buying stages and personas." in client.get(reverse("editorial:coverage")).content.decode()
    assert Entry.objects.count() == 0
