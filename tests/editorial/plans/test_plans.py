"""What a plan becomes: how its cells are read, what is refused in which words, and that twice is the same as once."""

import io
from datetime import date

import pytest
from django.core.management import CommandError
from openpyxl import Workbook
from wagtail.log_actions import registry

from cms.models import Campaign
from editorial import schedule
from editorial.models import Entry, PlanBatch, PlanRow
from editorial.plans import columns, template, writing
from tests.editorial.plans.conftest import PLAN

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def _newsroom(stage, persona, topic, editor, marketer):
    pass


def counts(answer):
    return [answer[name] for name in ("created", "updated", "unchanged", "skipped")]


def test_a_plan_becomes_entries_and_the_second_run_changes_nothing(run, editor, stage, persona, topic):
    assert counts(run(PLAN, "--user", "editor")) == [2, 0, 0, 0]
    first = Entry.objects.get(title="Alarms that wake the right person")
    assert (first.due_on, first.stage, first.format, first.step) == (date(2026, 12, 1), stage, "article", "brief")
    assert (first.assignee, first.notes, first.created_by) == (editor, "Ask", editor)
    assert [list(first.personas.all()), list(first.topics.all())] == [[persona], [topic]]
    assert counts(run(PLAN, "--user", "editor")) == [0, 0, 2, 0]
    assert list(Entry.objects.values_list("version", flat=True)) == [1, 1]


def test_a_dry_run_writes_nothing(run):
    answer = run(PLAN, "--dry-run")
    assert counts(answer) == [2, 0, 0, 0]
    assert answer["dry_run"] is True
    assert [Entry.objects.count(), PlanBatch.objects.count(), PlanRow.objects.count()] == [0, 0, 0]


def test_a_changed_row_changes_its_entry_and_leaves_what_colleagues_changed(run, editor):
    run(PLAN)
    entry = Entry.objects.get(title="What a recall costs")
    schedule.revise(entry, user=editor, version=1, values={"notes": "Mine", "due_on": date(2027, 1, 5)})
    later = PLAN.replace("What a recall costs,2026-12-08", "What recalls cost,2026-12-08")
    assert counts(run(later)) == [0, 1, 1, 0]
    entry.refresh_from_db()
    assert (entry.title, entry.notes, entry.due_on) == ("What recalls cost", "Mine", date(2027, 1, 5))


def test_without_ids_title_and_day_tell_which_entry_a_row_means(run, make_entry, editor):
    here = make_entry("What a recall costs", due_on=date(2026, 12, 8))
    text = "title,due\nWhat a recall costs,2026-12-08\nNew one,2026-12-09\n"
    assert counts(run(text)) == [1, 0, 1, 0]
    schedule.move(here, user=editor, version=1, due_on=date(2026, 12, 20))
    assert counts(run(text)) == [0, 0, 2, 0]
    assert counts(run(text, "--source", "Another plan")) == [1, 0, 1, 0]


def test_rows_with_ids_of_their_own_are_never_taken_for_one(run):
    text = "id,title,due\n1,Same,2026-12-08\n2,Same,2026-12-08\n"
    assert counts(run(text, "--dry-run")) == counts(run(text)) == [2, 0, 0, 0]
    assert counts(run(text)) == [0, 0, 2, 0]


def test_ids_that_are_added_later_find_the_entries_of_before(run):
    run("title,due\nSame,2026-12-08\n")
    assert counts(run("id,title,due\n1,Same,2026-12-08\n")) == [0, 0, 1, 0]


def test_the_same_row_twice_is_refused_the_second_time(run):
    text = "title,due\nSame,2026-12-08\nA,\nB,\nC,\nD,\nE,\nSame,2026-12-08\n"
    for answer in (run(text, "--dry-run"), run(text)):
        assert counts(answer) == [6, 0, 0, 1]
        assert answer["reasons"] == [
            "row 8 (Same): It stands in row 2 already. Take one of the two away, or give each an id of its own."
        ]


@pytest.mark.parametrize(
    ("head", "cell", "why", "mend"),
    [
        ("stage", "Intrest", "There is no stage “Intrest”", "Interest"),
        ("persona", "Nobody", "There is no persona “Nobody”", "Quality manager"),
        ("topic", "Weather", "There is no topic “Weather”", "Excursions"),
        ("format", "Opera", "There is no format “Opera”", "Article"),
        ("owner", "nobody@lede.example", "Nobody who plans is “nobody@lede.example”", "mail address"),
        ("status", "Whatever", "There is no step “Whatever”", "Idea, Brief, Assigned, Drafting, Review"),
        ("status", "Published", "The step “Published” is not set by hand", "Leave it empty"),
        ("campaign", "Spring", "There is no one campaign “Spring”", "utm_campaign"),
        ("due", "soon", "“soon” is not a date", "2027-03-31"),
        ("due", "1850-01-01", "“1850-01-01” is beyond the calendar", "2000 and 2199"),
        ("due", "31/31/2026", "“31/31/2026” is not a date", "2027-03-31"),
    ],
)
def test_a_row_that_is_not_understood_is_refused_and_the_others_go_on(run, head, cell, why, mend):
    answer = run(f"title,{head}\nBad,{cell}\nGood,\n")
    assert counts(answer) == [1, 0, 0, 1]
    (reason,) = answer["reasons"]
    assert reason.startswith(f"row 2 (Bad): {why}. ")
    assert mend in reason


def test_a_salesperson_plans_nothing_so_no_row_is_given_to_them(run, owner):
    assert counts(run("title,owner\nOne,owner\n")) == [0, 0, 0, 1]


def test_a_row_without_a_title_and_one_with_too_long_a_title_are_refused(run):
    assert counts(run(f"title,notes\n,Only a note\n{'x' * 201},\n")) == [0, 0, 0, 2]


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-12-01", "", date(2026, 12, 1)), ("2026-12-01 00:00:00", "", date(2026, 12, 1)),
        ("1.12.2026", "", date(2026, 12, 1)), ("1 Dec 2026", "", date(2026, 12, 1)),
        ("December 1, 2026", "", date(2026, 12, 1)), ("2026/12/01", "", date(2026, 12, 1)),
        ("13/12/2026", "", date(2026, 12, 13)), ("12/13/2026", "", date(2026, 12, 13)),
        ("12/13/26", "dmy", date(2026, 12, 13)), ("3/4/2027", "dmy", date(2027, 4, 3)),
        ("3/4/2027", "mdy", date(2027, 3, 4)), ("31/2/2027", "", None), ("", "", None), ("tomorrow", "", None),
    ],
)  # fmt: skip
def test_days_are_read_as_people_write_them(text, order, expected):
    assert columns.day(text, order) == expected


def test_days_that_can_be_two_are_asked_for_once(run):
    text = "title,due\nA,3/4/2027\nB,5/5/2027\n"
    with pytest.raises(CommandError, match="Days such as 3/4/2027 can be meant in two ways"):
        run(text)
    run(text, "--dates", "mdy")
    assert list(Entry.objects.order_by("pk").values_list("due_on", flat=True)) == [date(2027, 3, 4), date(2027, 5, 5)]


@pytest.mark.parametrize(
    "content",
    [
        "title;notes\nMühle; a, b\n".encode(),
        "title;notes\nMühle; a, b\n".encode("latin-1"),
        "title;notes\nMühle; a, b\n".encode("utf-8-sig"),
        "title\tnotes\nMühle\ta, b\n".encode("utf-16"),
    ],
)
def test_encodings_and_delimiters_of_spreadsheet_programs_are_read(run, content):
    run(content)
    assert list(Entry.objects.values_list("title", "notes")) == [("Mühle", "a, b")]


def test_a_cell_that_looks_like_a_formula_stays_text(run):
    run('title,notes\n=1+1,\'=HYPERLINK("x")\n')
    assert list(Entry.objects.values_list("title", "notes")) == [("=1+1", '=HYPERLINK("x")')]


def test_a_workbook_is_read_with_its_dates(run):
    book, data = Workbook(), io.BytesIO()
    book.active.append(["Title", "Planned for", "Id"])
    book.active.append(["One", date(2026, 12, 1), 7])
    book.save(data)
    run(data.getvalue(), name="plan.xlsx")
    assert list(Entry.objects.values_list("title", "due_on")) == [("One", date(2026, 12, 1))]
    assert PlanRow.objects.get().key == "id:7"


def test_a_campaign_is_found_by_name_or_by_what_stands_in_links(run):
    campaign = Campaign.objects.create(name="Spring fair", objective="x", utm_campaign="spring")
    run("title,campaign\nA,spring\nB,Spring Fair\n")
    assert [entry.campaign for entry in Entry.objects.all()] == [campaign, campaign]


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        ("", "plan.csv", "There are no rows below its head"),
        ("title\n", "plan.csv", "There are no rows below its head"),
        ("title\nA\n", "plan.doc", "none of these: .csv, .tsv, .xlsx"),
        ("title\nA\n", "plan.xlsx", "This is no .xlsx file, or it is damaged"),
        ("foo\nA\n", "plan.csv", "No column is the title"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_with_the_reason(run, content, name, why):
    with pytest.raises(CommandError, match=why):
        run(content, name=name)


def test_a_file_over_the_limits_is_refused(run, monkeypatch):
    monkeypatch.setattr(writing, "MAX_ENTRIES", 1)
    with pytest.raises(CommandError, match="more than 1 rows"):
        run(PLAN)
    monkeypatch.setattr(writing, "MAX_BYTES", 10)
    with pytest.raises(CommandError, match="more than 5 MB"):
        run(PLAN)


def test_a_column_is_named_by_hand(run):
    assert counts(run("What we write\nOne\n", "--column", "What we write=title")) == [1, 0, 0, 0]
    with pytest.raises(CommandError, match="no column 'Nothing' or field 'title'"):
        run("What we write\nOne\n", "--column", "Nothing=title")


def test_what_was_dropped_here_is_not_brought_back(run, editor):
    run(PLAN)
    entry = Entry.objects.get(title="What a recall costs")
    schedule.drop(entry, user=editor, version=1)
    assert counts(run(PLAN)) == [0, 0, 2, 0]
    answer = run(PLAN.replace("2026-12-08", "2026-12-09"))
    assert counts(answer) == [0, 0, 1, 1]
    assert "It was dropped here" in answer["reasons"][0]


def test_the_batch_and_each_entry_have_a_line_of_history(run, editor):
    run(PLAN, "--user", "editor")
    (line,) = registry.get_logs_for_instance(PlanBatch.objects.get())
    assert (line.message, line.user) == ("Plan.csv: 2 made, 0 changed, 0 left, 0 refused", editor)
    assert {one.action for entry in Entry.objects.all() for one in registry.get_logs_for_instance(entry)} == {
        "editorial.plan"
    }


def test_the_template_is_understood_whole(run):
    head, *_rows = template.lines()
    assert columns.recognised(head) == list(columns.FIELDS)
