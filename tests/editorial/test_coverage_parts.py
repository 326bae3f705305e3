"""The coverage map of one shelf life, or of live pieces of one age; what is planned has none and stays."""

from datetime import UTC, date, datetime

import pytest

from cms import clock
from cms.models import AssetPage, Persona
from editorial import coverage, coverage_recount
from editorial.coverage_lists import Narrowing

COVERAGE = "/admin/newsroom/coverage/"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture(autouse=True)
def _pieces(make_piece, make_entry, stage, persona):
    """Three live pieces of three ages, the last one timely; an evergreen plan; a timely draft."""
    where = {"personas": [persona], "primary_stage": stage}
    make_piece("New", on=(2026, 11, 10), **where)
    make_piece("Of this year", on=(2026, 3, 10), **where)
    make_piece("Old", on=(2024, 11, 10), shelf_life="timely", **where)
    make_piece("Draft", live=False, shelf_life="timely", **where)
    make_entry("Plan", [persona], stage=stage)
    coverage_recount.recount()


def figures(stage, persona, **part):
    table = coverage.table(Narrowing(**part))
    cell = next(cell for cell in table.judged if (cell.row, cell.column) == (stage.pk, persona.pk))
    return cell.live, cell.drafts, cell.planned


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({}, (3, 1, 1)),
        ({"shelf_life": "timely"}, (1, 1, 0)),
        ({"shelf_life": "evergreen"}, (2, 0, 1)),
        ({"age": "fresh"}, (1, 1, 1)),
        ({"age": "year"}, (1, 1, 1)),
        ({"age": "old"}, (1, 1, 1)),
        ({"age": "old", "shelf_life": "evergreen"}, (0, 0, 1)),
        ({"format": "webinar", "shelf_life": "timely"}, (0, 0, 0)),
    ],
)
def test_the_map_is_about_one_shelf_life_or_age(stage, persona, part, expected):
    assert figures(stage, persona, **part) == expected


def test_a_piece_that_was_published_anew_is_young_again(stage, persona):
    AssetPage.objects.filter(title="Old").update(last_published_at=NOW)
    assert figures(stage, persona, age="fresh") == (2, 1, 1)
    AssetPage.objects.filter(title="New").update(last_published_at=None)
    assert figures(stage, persona, age="old") == (1, 1, 1)


def test_figures_lists_files_and_plans_stay_in_the_part(client, editor, stage, persona):
    client.force_login(editor)
    html = client.get(COVERAGE, {"shelf_life": "timely", "age": "old"}).content.decode()
    where = f"stage={stage.pk}&amp;persona={persona.pk}&amp;shelf_life=timely&amp;age=old"
    assert (f'live/?{where}"' in html, f"entries/add/?{where}&amp;next=" in html) == (True, True)
    assert ("export=csv&shelf_life=timely&age=old" in html.replace("&amp;", "&"), "too few readers" in html) == (
        True, False,
    )  # fmt: skip
    assert "are not told by shelf life or age" in html
    listed = client.get(f"{COVERAGE}live/?stage={stage.pk}&persona={persona.pk}&age=old").content.decode()
    assert ("Old" in listed, "Of this year" in listed) == (True, False)
    add = client.get(f"/admin/newsroom/entries/add/?stage={stage.pk}&shelf_life=timely&format=webinar")
    assert (add.context["form"].initial["shelf_life"], add.context["form"].initial["format"]) == ("timely", "webinar")
    assert "shelf_life" not in client.get("/admin/newsroom/entries/add/?shelf_life=no").context["form"].initial


@pytest.mark.parametrize("asked", [{"age": "ancient"}, {"shelf_life": "no"}])
def test_what_does_not_exist_is_not_found(client, editor, asked):
    client.force_login(editor)
    assert client.get(COVERAGE, asked).status_code == 404


@pytest.mark.parametrize("number", [1, 3, 30])
def test_a_part_by_age_costs_the_same_however_many_pieces(
    number, make_piece, stage, persona, django_assert_num_queries
):
    for n in range(number):
        make_piece(f"Piece {n}", [persona], primary_stage=stage, on=(2024, 1, 10))
    with django_assert_num_queries(9):
        assert figures(stage, persona, age="old")[0] == number + 1


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_cell_says_when_its_next_plan_is_due(client, editor, stage, persona, make_entry, is_kept):
    other = Persona.objects.create(slug="t-other", name="Other")
    make_entry("Soon", [persona], stage=stage, due_on=date(2026, 12, 5))
    make_entry("Later", [persona, other], stage=stage, due_on=date(2026, 12, 24))
    make_entry("Late", stage=None, due_on=date(2026, 11, 20))
    if is_kept:
        coverage_recount.recount()
    table = coverage.table()
    found = {(cell.row, cell.column): cell.due for row in table.rows for cell in row.cells if cell.due}
    first, second, late = date(2026, 12, 5), date(2026, 12, 24), date(2026, 11, 20)
    assert found == {
        (stage.pk, persona.pk): first, (stage.pk, other.pk): second, (stage.pk, "all"): first,
        ("none", "none"): late, ("none", "all"): late, ("all", persona.pk): first, ("all", other.pk): second,
        ("all", "none"): late, ("all", "all"): late,
    }  # fmt: skip
    client.force_login(editor)
    html = client.get(COVERAGE).content.decode()
    words = ("next: in 12 days", "next: in 31 days", "next: 3 days late")
    assert [html.count(one) for one in words] == [3, 2, 4]
