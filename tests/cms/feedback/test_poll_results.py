"""What the team sees of a poll: all answers, and side by side those of stages or personas that are enough to tell."""

import re
from datetime import date

import pytest
from django.urls import reverse

from cms import clock
from cms.feedback import poll_results
from cms.feedback.models import Poll, PollAnswer, PollOption
from cms.surveys.results import PERSONA, STAGE, Cell

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def poll(db):
    made = Poll.objects.create(question="What holds you up?", closes_on=date(2031, 3, 9))
    for number, text in enumerate(("Time", "Money")):
        PollOption.objects.create(poll=made, text=text, sort_order=number)
    return made


@pytest.fixture
def answered(poll):
    """answered(n, option number, stage=…, persona=…): n readers said so."""
    options = list(poll.options.order_by("sort_order"))

    def say(number, option, **about):
        start = PollAnswer.objects.count()
        PollAnswer.objects.bulk_create(
            PollAnswer(poll=poll, option=options[option], reader_key=f"r{n}", answered_at=clock.now(), **about)
            for n in range(start, start + number)
        )

    return say


def headings(html):
    """Of the table of results alone: Wagtail's own list of shortcuts is a table as well."""
    return re.findall(r'<th scope="col">([^<]+?)\s*<', html.partition("lede-tally")[2].partition("</thead>")[0])


def test_groups_stand_side_by_side_in_their_order_and_few_are_not_told_apart(poll, answered, stages):
    answered(4, 0, stage=stages[1])
    answered(2, 1, stage=stages[1])
    answered(2, 1, stage=stages[0])
    answered(1, 0)
    table = poll_results.table(poll, STAGE)
    assert [(column.name, column.people) for column in table.columns] == [
        ("All", 9), ("one", 2), ("two", 6), ("Not known", 1),
    ]  # fmt: skip
    assert table.lines == [
        ("Time", [Cell(5, 56), None, Cell(4, 67), None]),
        ("Money", [Cell(4, 44), None, Cell(2, 33), None]),
    ]


def test_screen_shows_stages_or_personas_and_where_the_question_stands(client, marketer, poll, answered, personas):
    answered(5, 0, persona=personas[0])
    client.force_login(marketer)
    address = reverse("polls:inspect", args=[poll.pk])
    html = client.get(address, {"by": "persona"}).content.decode()
    assert headings(html) == ["Answer", "All", str(personas[0])]
    for words in ("Takes answers", "5 readers answered", "all pieces", "9 March 2031", "Edit or close"):
        assert words in html
    assert headings(client.get(address).content.decode()) == ["Answer", "All", "Not known"]


def test_screen_without_an_answer_says_where_the_question_stands(client, marketer, poll):
    client.force_login(marketer)
    html = client.get(reverse("polls:inspect", args=[poll.pk])).content.decode()
    assert "Nobody has answered yet" in html
    assert headings(html) == []


def test_list_tells_a_day_to_come_as_a_day(client, marketer, poll):
    client.force_login(marketer)
    html = client.get(reverse("polls:index_results")).content.decode()
    assert "9 March 2031" in html
    assert "Just now" not in html


@pytest.mark.parametrize("number", [1, 3])
def test_results_cost_two_queries_however_many_groups(
    poll, answered, personas, stages, number, django_assert_num_queries
):
    for n in range(number):
        answered(5, n % 2, stage=stages[n], persona=personas[n % len(personas)])
    for by in (STAGE, PERSONA):
        with django_assert_num_queries(2):
            poll_results.table(poll, by)
