"""The mix: shares against targets, what counts as what, the line above the calendar, and the report by quarter."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from cms import clock, policy
from cms.models import AssetPage, BuyingStage, Persona
from editorial import mix, mix_counts, mix_views, schedule
from editorial.calendar.span import Month
from editorial.mix_counts import Counted
from editorial.models import Entry, MixTarget
from editorial.models.mix import kinds

CALENDAR, REPORT = "/admin/newsroom/calendar/", "/admin/newsroom/mix/"
NOVEMBER = Month.of(date(2026, 11, 1))


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.fixture
def target(db):
    """Product: at most a quarter, since January."""
    return MixTarget.objects.create(
        share_of="approach:product", bound="at_most", percent=25, valid_from=date(2026, 1, 1)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "total", "bound", "percent", "expected"),
    [
        (3, 12, "at_most", 25, mix.MET),
        (4, 12, "at_most", 25, mix.OVER),
        (0, 5, "at_most", 0, mix.MET),
        (3, 12, "at_least", 25, mix.MET),
        (2, 12, "at_least", 25, mix.UNDER),
        (4, 4, "at_most", 25, mix.FEW),
        (0, 0, "at_least", 25, mix.FEW),
    ],
)
def test_a_share_is_judged_by_whole_pieces_and_not_at_all_when_there_are_few(count, total, bound, percent, expected):
    assert mix.judge(count, total, bound, percent) is expected


def test_the_meter_counts_every_dimension_and_says_its_targets_in_words():
    aims = [
        MixTarget(share_of="approach:product", bound="at_most", percent=25),
        MixTarget(share_of="stage:7", bound="at_least", percent=30),
        MixTarget(share_of="persona:8", bound="at_least", percent=30),
    ]
    found = Counter(
        {("product", "short", "text", "article", "evergreen", "7"): 3, ("idea", "", "video", "video", "timely", ""): 9}
    )
    known = kinds([]) | {"stage": [("7", "Interest")], "persona": [("8", "IT lead")]}
    meter = mix.meter(Counted(found, Counter({"8": 12, "": 1})), aims, known)
    approach = {line.value: (line.count, line.percent) for line in meter.parts[0].lines}
    assert (meter.total, approach) == (12, {"idea": (9, 75), "product": (3, 25)})
    assert [line.label for line in meter.parts[1].lines] == ["Short", "Not said"]
    assert [(one.words, one.state) for one in meter.judged] == [
        ("3 of 12 are product, target at most 25 %", mix.MET),
        ("3 of 12 are for “Interest”, target at least 30 %", mix.UNDER),
        ("12 of 12 are for “IT lead”, target at least 30 %", mix.MET),
    ]  # fmt: skip
    assert [(line.label, line.count) for line in meter.parts[-1].lines] == [("IT lead", 12), ("Not said", 1)]


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-01-01", "2026-03-31"), ("2026-04-01", "2026-06-30"), ("2026-10-01", "2026-12-31")],
)
def test_a_quarter_is_three_months(first, last):
    for day in (first, last):
        span = mix.quarter_of(date.fromisoformat(day))
        assert (span.first.isoformat(), span.last.isoformat()) == (first, last)


def test_of_two_targets_that_follow_each_other_the_later_holds_and_two_at_once_are_refused(target):
    target.valid_until = date(2026, 11, 14)
    target.save()
    later = MixTarget(share_of="approach:product", bound="at_most", percent=40, valid_from=date(2026, 11, 15))
    later.full_clean()
    later.save()
    assert mix.in_force(mix.targets(NOVEMBER), NOVEMBER) == [later]
    assert mix.in_force([target, later], Month.of(date(2026, 10, 1))) == [target]
    with pytest.raises(ValidationError, match="is in force in these days"):
        MixTarget(share_of="approach:product", bound="at_most", percent=1, valid_from=date(2027, 1, 1)).full_clean()
    with pytest.raises(ValidationError, match="before it begins"):
        MixTarget(
            share_of="length:long", percent=1, valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1)
        ).full_clean()  # fmt: skip


def test_what_a_plan_leaves_open_its_page_says_and_a_medium_comes_from_the_format(make_entry, make_piece, marketer):
    make_entry("By format", due_on=date(2026, 11, 5), format="webinar")
    make_entry("By itself", due_on=date(2026, 11, 6), medium="audio", length="long", approach="product")
    drafted = make_entry("By its page", due_on=date(2026, 11, 7), format="infographic", length="short")
    page = schedule.start_draft(drafted, marketer)
    assert (page.medium, page.length, page.approach) == ("graphic", "short", "")
    AssetPage.objects.filter(pk=page.pk).update(approach="product")
    make_piece("Nobody planned it", approach="idea")
    counted = mix_counts.of_calendar(Entry.objects.all(), AssetPage.objects.all(), NOVEMBER, {})
    assert counted.kinds == Counter(
        [
            ("", "", "video", "webinar", "evergreen", ""),
            ("product", "long", "audio", "article", "evergreen", ""),
            ("product", "short", "graphic", "infographic", "evergreen", ""),
            ("idea", "", "text", "article", "evergreen", ""),
        ]
    )


def test_each_figure_above_the_calendar_leads_to_the_pieces_that_it_counts(
    client, editor, target, make_entry, make_piece, stage, persona
):
    other = Persona.objects.create(slug="t-other", name="Other")
    for number in range(4):
        whose = {"personas": [persona, other], "stage": stage} if number else {}
        make_entry(
            f"Product {number}", **whose, due_on=date(2026, 11, 20), approach="product", review_on=date(2026, 11, 25)
        )
    make_entry("Idea", due_on=date(2026, 11, 21), approach="idea", format="podcast")
    make_entry("In December", due_on=date(2026, 12, 3), approach="product")
    make_piece("Live", [persona], approach="product", primary_stage=stage)
    make_piece("For all", for_all_personas=True)
    client.force_login(editor)
    answer = client.get(CALENDAR, {"mix": "open"})
    page = answer.content.decode()
    assert "Too many: 5 of 7 are product, target at most 25 %" in " ".join(page.split()).replace("</span>", "")
    for part in answer.context["mix"]["meter"].parts:
        for line in part.lines:
            if line.count:
                layout = client.get(line.url).context["layout"]
                assert (line.url, sum(len(day.cards) for day in layout.days)) == (line.url, line.count)
    parts = {part.key: {line.label: line.count for line in part.lines} for part in answer.context["mix"]["meter"].parts}
    assert (parts["stage"], parts["persona"]) == (
        {"Interest": 4, "Not said": 3}, {"Other": 4, "Quality manager": 5, "Not said": 2},
    )  # fmt: skip
    one = client.get(CALENDAR, {"format": "podcast"})
    assert one.context["mix"]["meter"].total == 1
    assert "Too few pieces to say: under 5" in one.content.decode()


def test_without_targets_the_line_says_so_and_readers_of_the_plan_have_none(client, editor, owner, make_entry):
    make_entry(due_on=date(2026, 11, 20))
    client.force_login(editor)
    assert "No targets are set" in client.get(CALENDAR).content.decode()
    client.force_login(owner)
    assert client.get(CALENDAR).context["mix"] is None


def test_the_report_has_two_years_by_quarter_each_with_its_own_targets(client, editor, target, make_entry, make_piece):
    make_piece("Old", on=(2024, 11, 10), approach="product")
    for number in range(5):
        make_piece(f"Third quarter {number}", on=(2026, 9, 30), approach="product" if number else "idea")
    make_piece("Note", on=(2026, 9, 30), audience="sales_only")
    make_entry("Planned", due_on=date(2027, 1, 1), approach="product")
    make_entry("Overdue", due_on=date(2026, 11, 1))
    client.force_login(editor)
    answer = client.get(REPORT)
    found = {one.name: (one.meter.total, one.planned, one.meter.missed) for one in answer.context["quarters"]}
    assert (len(found), found["2024 Q4"], found["2026 Q3"]) == (10, (1, 0, 0), (5, 0, 1))
    assert (found["2026 Q4"], found["2027 Q1"]) == ((0, 0, 0), (1, 1, 0))
    assert "4 of 5 are product, target at most 25 %" in answer.content.decode()
    lines = client.get(REPORT, {"export": "csv"}).content.decode().splitlines()
    assert '2026 Q3,Idea or product,Product,4,5,80,"4 of 5 are product, target at most 25 %: Too many"' in lines
    assert client.get(REPORT, {"export": "xlsx"})["Content-Type"].endswith("sheet")


def test_an_empty_report_says_how_it_fills(client, editor):
    client.force_login(editor)
    assert "The report fills itself" in client.get(REPORT).content.decode()


def test_analysts_read_the_report_salespeople_do_not_and_editors_set_targets(client, editor, owner, make_user):
    analyst = make_user("analyst")
    analyst.groups.add(Group.objects.get(name=policy.ANALYST))
    client.force_login(analyst)
    assert (client.get(REPORT).status_code, client.get("/admin/newsroom/mix-targets/new/").status_code) == (200, 302)
    client.force_login(owner)
    assert client.get(REPORT).status_code in (302, 403)
    client.force_login(editor)
    said = {"share_of": "length:long", "bound": "at_least", "percent": 30, "valid_from": "2026-01-01"}
    client.post("/admin/newsroom/mix-targets/new/", said)
    assert str(MixTarget.objects.get()) == "Long: at least 30 %"
    twice = client.post("/admin/newsroom/mix-targets/new/", said)
    assert "is in force in these days" in twice.content.decode()


@pytest.mark.parametrize("number", [1, 3, 1000])
def test_the_mix_costs_the_same_for_one_and_for_a_thousand(django_assert_num_queries, make_entries, target, number):
    make_entries(number, due_on=date(2026, 11, 26), approach="product")
    with django_assert_num_queries(2):
        counted = mix_counts.of_calendar(Entry.objects.all(), AssetPage.objects.all(), NOVEMBER, {})
    assert counted.total == number
    plan = (Entry.objects.all(), AssetPage.objects.all(), NOVEMBER, {})
    with django_assert_num_queries(5):
        assert mix_counts.of_calendar(*plan, by_persona=True).personas.total() == number
    known = kinds()
    with django_assert_num_queries(7):
        mix_views.quarters(date(2026, 11, 23), known)


def test_the_shares_are_read_when_somebody_opens_the_line(client, editor, owner, target, make_entry, persona):
    make_entry("A", [persona], due_on=date(2026, 11, 20))
    client.force_login(editor)
    closed = client.get(CALENDAR, {"view": "week", "on": "2026-11-16"})
    assert ("<progress" in closed.content.decode(), "Show the shares" in closed.content.decode()) == (False, True)
    whole = client.get(closed.context["mix"]["url"]).content.decode()
    part = client.get(f"{CALENDAR}mix/", {"view": "week", "on": "2026-11-16"}).content.decode()
    for html in (whole, part):
        assert ("Quality manager</a>" in html, f"persona={persona.pk}" in html) == (True, True)
    assert "<html" not in part
    client.force_login(owner)
    assert client.get(f"{CALENDAR}mix/").status_code == 302


def test_a_target_is_set_for_a_stage_or_a_persona_and_judged_above_the_calendar(
    client, editor, make_entries, stage, persona, django_assert_num_queries
):
    make_entries(5, due_on=date(2026, 11, 26), stage=stage)
    client.force_login(editor)
    add = "/admin/newsroom/mix-targets/new/"
    assert f'value="persona:{persona.pk}"' in client.get(add).content.decode()
    said = {"bound": "at_least", "percent": 30, "valid_from": "2026-01-01"}
    for share in (f"stage:{stage.pk}", f"persona:{persona.pk}"):
        client.post(add, said | {"share_of": share})
    assert client.post(add, said | {"share_of": "stage:0"}).status_code == 200  # no such stage
    assert sorted(map(str, MixTarget.objects.all())) == ["Interest: at least 30 %", "Quality manager: at least 30 %"]
    html = " ".join(client.get(CALENDAR).content.decode().split())
    assert "Too few: 0 of 5 are for “Quality manager”, target at least 30 %" in html
    assert "are for “Interest”" not in html  # met, and so not in the line
    listed = client.get("/admin/newsroom/mix-targets/").content.decode()
    assert ("Interest" in listed, "Quality manager" in listed) == (True, True)
    persona.delete()
    assert "deleted" in client.get("/admin/newsroom/mix-targets/").content.decode()
    assert "Quality manager" not in client.get(CALENDAR).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_targets_costs_the_same_for_one_and_for_three(number, client, editor, django_assert_num_queries):
    stages = [BuyingStage.objects.create(slug=f"s-{n}", name=f"S {n}", sort_order=n) for n in range(number)]
    for one in stages:
        MixTarget.objects.create(share_of=f"stage:{one.pk}", percent=10, valid_from=date(2026, 1, 1))
    client.force_login(editor)
    client.get("/admin/newsroom/mix-targets/")
    with django_assert_num_queries(14):
        client.get("/admin/newsroom/mix-targets/")
