"""The coverage map: the counting against a brute-force reference, the table, the screen and the lists behind it."""

from collections import Counter
from datetime import date
from itertools import product

import pytest
from django.urls import reverse

from cms import ports
from cms.feedback import ratings
from cms.models import BuyingStage, Persona
from editorial import coverage, coverage_counts, coverage_kept, coverage_lists, coverage_recount, schedule
from editorial import coverage_states as states
from editorial.coverage_lists import ALL, NOBODY, Kind, Narrowing
from editorial.models import CoverageLevels, Entry

pytestmark = pytest.mark.db

KINDS_OF_PIECE = (Kind.LIVE, Kind.WEAK, Kind.DRAFT)


def reference(items, row, column, kind):
    """How many items a person would count in that cell, looking at each item for itself."""
    found = 0
    for item_kind, stage, personas, for_all in items:
        in_row = row in (ALL, stage) or (row == NOBODY and stage is None)
        in_column = (
            column == ALL
            or (column == NOBODY and not for_all and not personas)
            or (column not in (ALL, NOBODY) and (for_all or column in personas))
        )
        found += in_row and in_column and item_kind == kind
    return found


def test_counting_agrees_with_looking_at_each_piece(make_piece, make_entry):
    stages = [BuyingStage.objects.create(slug=f"t-{n}", name=f"S{n}", sort_order=90 + n) for n in range(2)]
    people = [Persona.objects.create(slug=f"t-{n}", name=f"P{n}") for n in range(3)]
    made = []
    for stage, chosen, for_all in product((None, *stages), ((), people[:1], people[1:], people), (False, True)):
        who, at = frozenset(one.pk for one in chosen), stage and stage.pk
        for kind in KINDS_OF_PIECE:
            review_by = date(2020, 1, 1) if kind == Kind.WEAK else None
            tags = {"primary_stage": stage, "for_all_personas": for_all, "review_by": review_by}
            make_piece(personas=chosen, live=kind != Kind.DRAFT, **tags)
            made.append((kind, at, who, for_all))
        if not for_all:
            make_entry(personas=chosen, stage=stage)
            made.append((Kind.PLANNED, at, who, False))
    keys = [one.pk for one in people]
    figures = coverage_counts.count(coverage_counts.groups(CoverageLevels.now()), keys)
    expected = {
        (row, column, kind): reference(made, row, column, kind)
        for row in (*(one.pk for one in stages), NOBODY, ALL)
        for column in (*(one.pk for one in people), NOBODY, ALL)
        for kind in Kind
    }
    assert figures == Counter(expected)
    coverage_recount.recount()
    assert coverage_kept.figures(CoverageLevels.now(), Narrowing(), keys)[0] == +Counter(expected)


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
    assert (here.live, here.drafts, here.planned, here.state) == (2, 1, 1, states.THIN)
    assert (there.live, there.drafts, there.planned, there.state) == (1, 0, 0, states.THIN)
    total = cell(table, ALL, ALL)
    assert (total.live, total.drafts, total.planned, total.state) == (2, 1, 1, None)


def test_a_cell_is_none_thin_or_enough_by_its_live_pieces(make_piece, stage, persona):
    found = []
    for number in range(4):
        found.append(cell(coverage.table(), stage.pk, persona.pk).state)
        make_piece(f"Piece {number}", primary_stage=stage, personas=[persona])
    assert found == [states.NONE, states.THIN, states.THIN, states.ENOUGH]


def test_what_is_stale_or_low_rated_stands_apart_and_fills_no_cell(make_piece, make_entry, stage, persona, marketer):
    tags = {"primary_stage": stage, "personas": [persona]}
    make_piece("Good", **tags)
    make_piece("Past its date", review_by=date(2020, 1, 1), **tags)
    entry = make_entry("To look at again", stage=stage, personas=[persona], review_on=date(2020, 1, 1))
    schedule.start_draft(entry, marketer).get_latest_revision().publish(user=marketer)
    low, few, fair = (make_piece(name, **tags) for name in ("Low", "Few", "Fair"))
    for page, useful, useless in ((low, 2, 3), (few, 0, 4), (fair, 3, 2)):
        for number, value in enumerate([1] * useful + [-1] * useless):
            ratings.rate(page.pk, value, f"{page.pk}-{number}")
    here = cell(coverage.table(), stage.pk, persona.pk)
    assert (here.live, here.weak, here.state) == (3, 3, states.ENOUGH)
    weak = coverage_lists.weak_pieces(CoverageLevels.now()).values_list("title", flat=True)
    assert set(weak) == {"Past its date", "To look at again", "Low"}


def test_the_team_sets_what_is_enough(client, make_piece, stage, persona, marketer, owner):
    for number in range(2):
        make_piece(f"Piece {number}", primary_stage=stage, personas=[persona])
    address = reverse("wagtailsettings:edit", args=("editorial", "coveragelevels"))
    form = {"enough_from": 1, "crowded_from": 2, "rated_by": 5, "useful_percent": 50, "weeks_from": 4}
    client.force_login(owner)
    client.post(address, form)
    assert cell(coverage.table(), stage.pk, persona.pk).state == states.THIN
    client.force_login(marketer)
    settings = client.get(address, follow=True).redirect_chain[-1][0]
    assert "Crowded begins above enough." in client.post(settings, form | {"crowded_from": 1}).content.decode()
    client.post(settings, form)
    assert cell(coverage.table(), stage.pk, persona.pk).state == states.CROWDED


def test_a_topic_or_a_format_narrows_map_lists_and_export(
    client, make_piece, make_entry, stage, persona, topic, editor
):
    make_piece("Webinar", primary_stage=stage, personas=[persona], format="webinar")
    make_piece("Article", primary_stage=stage, personas=[persona])
    make_entry("On topic", [persona], [topic], stage=stage)
    client.force_login(editor)
    map_ = client.get(reverse("editorial:coverage"), {"format": "webinar"}).context["table"]
    here = cell(map_, stage.pk, persona.pk)
    assert (here.live, here.planned, here.query) == (1, 0, f"stage={stage.pk}&persona={persona.pk}&format=webinar")
    listed = client.get(reverse("editorial:live") + f"?{here.query}").context["object_list"]
    assert [page.title for page in listed] == ["Webinar"]
    by_topic = cell(coverage.table(Narrowing(topic)), stage.pk, persona.pk)
    assert (by_topic.live, by_topic.planned) == (0, 1)
    lines = client.get(reverse("editorial:coverage"), {"format": "webinar", "export": "csv"}).content.decode()
    assert "Interest,Quality manager,Thin,1,0,0,0," in lines
    assert client.get(reverse("editorial:coverage"), {"topic": "999"}).status_code == 404


def test_accounts_and_weeks_are_said_of_single_cells_and_never_added_up(stage, persona, monkeypatch):
    known = {(stage.pk, persona.pk): {"contacts": 4, "accounts": 2, "weeks": 3.0}}
    monkeypatch.setattr(ports.audience, "_answer", lambda: known)
    map_ = coverage.table()
    here, total = cell(map_, stage.pk, persona.pk), cell(map_, stage.pk, ALL)
    assert (here.contacts, here.accounts, here.weeks) == (4, 2, 3.0)
    assert (total.contacts, total.accounts, total.weeks) == (4, None, None)


@pytest.mark.parametrize(
    ("weeks", "key", "words"),
    [(None, None, "weeks: not known yet"), (3.9, "short", "weeks unread: 3.9, runs out soon"),
     (4.0, "lasts", "weeks unread: 4, lasts")],
)  # fmt: skip
def test_weeks_of_supply_are_judged_by_the_teams_level(weeks, key, words, client, stage, persona, owner, monkeypatch):
    known = {(stage.pk, persona.pk): {"contacts": 6, "accounts": 2, "weeks": weeks}}
    monkeypatch.setattr(ports.audience, "_answer", lambda: known)
    client.force_login(owner)
    answer = client.get(reverse("editorial:coverage"))
    table = answer.context["table"]
    supply = cell(table, stage.pk, persona.pk).supply
    assert (supply and supply.key, table.short) == (key, int(key == "short"))
    page = " ".join(answer.content.decode().split())
    assert words in page
    assert ("<strong>1</strong> will soon have read" in page) == (key == "short")
    lines = client.get(reverse("editorial:coverage"), {"export": "csv"}).content.decode()
    said = "," if weeks is None else f"{weeks},{supply.word}"
    assert f",6,2,{said},,,,,,\r\n" in lines


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


@pytest.mark.parametrize("number", [1, 3, 1000])
def test_the_map_costs_eight_queries_when_counted_however_many_pieces(
    number, make_pieces, make_entry, stage, persona, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(ports.audience, "_answer", None)
    make_pieces(number, persona, primary_stage=stage)
    make_entry(stage=stage, personas=[persona])
    with django_assert_num_queries(8):
        assert cell(coverage.table(), stage.pk, persona.pk).live == number


def test_every_figure_of_the_map_is_the_length_of_its_list(make_piece, make_entry, stage, persona):
    make_piece("One", primary_stage=stage, personas=[persona])
    make_piece("Two", primary_stage=stage, for_all_personas=True)
    make_piece("Nobody's")
    make_piece("Stale", primary_stage=stage, personas=[persona], review_by=date(2020, 1, 1))
    make_piece("A draft", primary_stage=stage, personas=[persona], live=False)
    make_entry("A plan", stage=stage, personas=[persona])
    make_entry("A bare plan")
    levels = CoverageLevels.now()
    lists = {
        "live": lambda: coverage_lists.good_pieces(levels), "weak": lambda: coverage_lists.weak_pieces(levels),
        "drafts": coverage_lists.drafts, "planned": coverage_lists.plans,
    }  # fmt: skip
    for one in (cell for row in coverage.table().rows for cell in row.cells):
        found = {
            name: coverage_lists.at(listed(), str(one.row), str(one.column)).count() for name, listed in lists.items()
        }
        assert (one.query, found) == (one.query, {name: getattr(one, name) for name in lists})


@pytest.mark.parametrize(("name", "titles"), [("live", ["One"]), ("drafts", ["A draft"]), ("planned", ["A plan"])])
def test_a_figure_leads_to_the_list_of_its_own_cell(
    client, make_piece, make_entry, stage, persona, marketer, name, titles
):
    make_piece("One", primary_stage=stage, personas=[persona])
    make_piece("Nobody's")
    make_piece("A draft", primary_stage=stage, personas=[persona], live=False)
    make_entry("A plan", stage=stage, personas=[persona])
    make_entry("A bare plan")
    client.force_login(marketer)
    answer = client.get(reverse(f"editorial:{name}_results") + f"?stage={stage.pk}&persona={persona.pk}")
    assert [str(one) for one in answer.context["object_list"]] == titles


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
    with django_assert_num_queries(12):
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
