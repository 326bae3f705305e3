"""A brief is kept while it is typed: quietly, never over what somebody else said, and without a script by "Save"."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from editorial import schedule, work
from editorial.models import BriefPoint

pytestmark = pytest.mark.db


@pytest.fixture
def point(db):
    return BriefPoint.objects.create(format="webinar", text="Who moderates?")


@pytest.fixture
def entry(make_entry):
    return make_entry("W", format="webinar")


def keep(client, entry, point, text, before=""):
    address = reverse("editorial:keep_answer", args=[entry.pk])
    answer = client.post(address, {"point": point.pk, "text": text, "before": before})
    return answer.status_code, answer.json()


def history(entry):
    logged = schedule.log_registry.get_logs_for_instance(entry).filter(action="editorial.answer").order_by("pk")
    return [line.formatter.format_message(line) for line in logged]


def test_what_is_typed_is_kept_and_a_sitting_is_one_line_of_the_history(client, entry, point, editor):
    client.force_login(editor)
    assert keep(client, entry, point, "In") == (200, {"kept": "In", "said": "Kept.", "open": "4 questions open"})
    assert keep(client, entry, point, "Ines\r\nand Omar ", "In")[1]["kept"] == "Ines\nand Omar"
    assert keep(client, entry, point, "Ines\nand Omar", "Ines\nand Omar")[0] == 200
    assert (entry.answers.get().text, history(entry)) == (
        "Ines\nand Omar", ["Brief: Who moderates? Ines\nand Omar"],
    )  # fmt: skip
    line = schedule.log_registry.get_logs_for_instance(entry).filter(action="editorial.answer")
    line.update(timestamp=timezone.now() - work.SITTING - timedelta(minutes=1))
    keep(client, entry, point, "Omar", "Ines\nand Omar")
    assert history(entry) == ["Brief: Who moderates? Ines\nand Omar", "Brief: Who moderates? Omar"]
    work.say(entry, user=editor, text="Then Omar", is_decision=True)
    keep(client, entry, point, "Omar!", "Omar")
    assert history(entry)[2:] == ["Brief: Who moderates? Omar!"]


def test_what_somebody_else_said_meanwhile_is_told_and_stays(client, entry, point, editor, marketer):
    work.answer(entry, point, "Ines", user=marketer, before="")
    client.force_login(editor)
    told = {"stored": "Ines", "text": "Somebody answered meanwhile: “Ines”."}
    assert keep(client, entry, point, "Omar") == (409, told)
    assert (entry.answers.get().text, history(entry)) == ("Ines", ["Brief: Who moderates? Ines"])
    assert keep(client, entry, point, "Omar", "Ines")[0] == 200
    assert history(entry) == ["Brief: Who moderates? Ines", "Brief: Who moderates? Omar"]
    work.answer(entry, point, "", user=marketer, before="Omar")
    assert keep(client, entry, point, "Omar and Ines", "Omar")[1]["text"] == "Somebody emptied it meanwhile."


def test_only_who_plans_keeps_and_a_question_that_is_gone_is_not_found(client, entry, point, editor, owner, stranger):
    address = reverse("editorial:keep_answer", args=[entry.pk])
    work.invite(entry, owner, user=editor)
    for who, where in ((owner, "/admin/"), (stranger, "/admin/login/")):
        client.force_login(who)
        assert client.post(address, {"point": point.pk, "text": "x", "before": ""}).url.startswith(where)
    client.force_login(editor)
    assert client.get(address).status_code == 405
    assert client.post(address, {"point": 10**17, "text": "x", "before": ""}).status_code == 404
    assert entry.answers.count() == 0


def test_keeping_costs_the_same_however_many_questions_there_are(
    client, entry, point, editor, django_assert_num_queries
):
    BriefPoint.objects.bulk_create(BriefPoint(text=f"Question {n}") for n in range(100))
    client.force_login(editor)
    keep(client, entry, point, "In")
    with django_assert_num_queries(22):
        keep(client, entry, point, "Ines", "In")
