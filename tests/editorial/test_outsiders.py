"""Experts and approvers outside are found by name or address, handed out and forgotten; their addresses go in time."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock, outside, policy
from editorial import approvals, interviews, outsiders, schedule
from editorial.models import Approval, Interview, InterviewQuestion, Quote

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
CANARY = "Zzyzx"  # in all that could name them
ADDRESS = "zzyzx@partner.example"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def asked(make_entry, editor):
    """An expert who answered and approved a quote, an approver of the same address, and somebody else beside them."""
    entry = make_entry("Alarms")
    schedule.start_draft(entry, editor)
    one = interviews.ask(
        entry,
        user=editor,
        name=f"Ada {CANARY}",
        email="Zzyzx@partner.example",
        role=f"{CANARY} Cold",
        questions=["Who?"],
    )
    interviews.answer(one, {one.questions.get().pk: (f"I, {CANARY}", "")})
    quote = interviews.quote(one, f"{CANARY} wakes", user=editor)
    one.refresh_from_db()
    interviews.judge(one, quote.pk, verdict="corrected", correction=f"{CANARY} is awake")
    given = approvals.ask(entry, user=editor, name=f"Ada {CANARY}", email=ADDRESS)
    approvals.answer(given, verdict="changes", comment=f"{CANARY} says no")
    interviews.ask(entry, user=editor, name="Bo Other", email="bo@partner.example", role="", questions=["Why?"])
    return entry


def decide(client, verb, keys):
    return client.post(reverse("outsiders-decide"), {"do": verb, "row": keys})


def keys_of(text):
    return [outside.key_of(one) for one in outside.find(text)[0]]


def kept():
    """All that the newsroom keeps of anybody outside, as text."""
    tables = (Interview, InterviewQuestion, Quote, Approval, ModelLogEntry)
    return json.dumps([list(model.objects.values()) for model in tables], default=str)


@pytest.mark.parametrize("text", ["zzyzx", "ada zz", "PARTNER.example", ADDRESS])
def test_marketer_finds_them_by_a_part_of_name_or_address(client, asked, marketer, text):
    client.force_login(marketer)
    page = client.get(reverse("outsiders"), {"q": text}).content.decode()
    assert (f"Ada {CANARY}" in page, "Expert asked for an entry" in page, "Asked to approve an entry" in page) == (
        True, True, True,
    )  # fmt: skip
    assert ("Bo Other" in page) == (text == "PARTNER.example")


def test_too_little_to_look_for_and_nothing_found_are_said(client, asked, marketer):
    client.force_login(marketer)
    assert "at least three letters" in client.get(reverse("outsiders"), {"q": "zz"}).content.decode()
    assert "Nothing names “nobody”" in client.get(reverse("outsiders"), {"q": "nobody"}).content.decode()
    assert decide(client, "forget", ["experts:x", "experts:99999", "nonsense", "comments:1"]).status_code == 302
    assert CANARY in kept()


def test_all_that_is_kept_is_handed_out_and_that_is_written_down(client, asked, marketer):
    client.force_login(marketer)
    answer = decide(client, "export", keys_of("zzyzx"))
    said = json.loads(answer.content)
    assert "no-store" in answer["Cache-Control"]
    assert [one["kind"] for one in said] == ["Expert asked for an entry", "Asked to approve an entry"]
    assert said[0]["questions"][0]["answer"] == f"I, {CANARY}"
    assert said[0]["quotes"][0]["correction"] == f"{CANARY} is awake"
    assert (said[1]["comment"], said[1]["entry"]) == (f"{CANARY} says no", "Alarms")
    logged = ModelLogEntry.objects.filter(action="outsider.exported")
    assert {(line.user_id, CANARY in line.label) for line in logged} == {(marketer.pk, False)}


def test_forgotten_they_stand_nowhere_and_what_was_asked_and_decided_stays(client, asked, marketer):
    client.force_login(marketer)
    keys = keys_of("zzyzx")
    shown = decide(client, "ask", keys).content.decode()
    assert ("There is no way back." in shown, shown.count(f"Ada {CANARY}"), CANARY in kept()) == (True, 2, True)
    assert decide(client, "forget", keys).status_code == 302
    assert CANARY.lower() not in kept().lower()
    one = Interview.objects.get(name="–")
    assert (one.questions.get().text, one.quotes.get().verdict, one.revoked_at) == ("Who?", "corrected", NOW)
    assert Approval.objects.get().verdict == "changes"
    assert Interview.objects.get(email="bo@partner.example").name == "Bo Other"
    logged = ModelLogEntry.objects.filter(action="outsider.forgotten").values_list("user", "label")
    assert sorted(logged) == [(marketer.pk, "Asked to approve an entry"), (marketer.pk, "Expert asked for an entry")]
    history = [line.formatter.format_message(line) for line in schedule.log_registry.get_logs_for_instance(asked)]
    assert ("–: Who? " in history, "Bo Other was asked: 1 questions" in history) == (True, True)
    page = client.get(reverse("editorial:work", args=[asked.pk])).content.decode()
    assert (CANARY in page, "Words that are not kept any more" in page) == (False, True)
    assert outside.find("zzyzx") == ([], False)


def test_their_links_end(client, asked, editor, marketer, mailoutbox):
    link = next(mail for mail in reversed(mailoutbox) if mail.to == ["Zzyzx@partner.example"]).body.split()[-1]
    path = link[link.index("/expert/") :]
    assert client.get(path).status_code == 200
    outside.forget(outside.of_address(ADDRESS), marketer)
    assert client.get(path).status_code == 404
    with pytest.raises(schedule.Refused):
        interviews.resend(Interview.objects.get(name="–"), user=editor)


@pytest.mark.parametrize("group", [policy.EDITOR, policy.SALES_MANAGER, policy.ANALYST])
def test_others_neither_look_nor_forget(client, asked, make_user, group):
    client.force_login(make_user("imogen", group))
    assert client.get(reverse("outsiders"), {"q": "zzyzx"}).status_code in (302, 403)
    assert decide(client, "forget", keys_of("zzyzx")).status_code in (302, 403)
    assert CANARY in kept()


def test_addresses_go_a_year_after_the_link_ended_and_names_stay(asked, monkeypatch):
    last = NOW + timedelta(days=14 + 365)
    monkeypatch.setattr(clock, "now", lambda: last - timedelta(minutes=1))
    assert (outsiders.forget_addresses(), ADDRESS in kept().lower()) == (0, True)
    monkeypatch.setattr(clock, "now", lambda: last + timedelta(minutes=1))
    assert (outsiders.forget_addresses(), outsiders.forget_addresses()) == (3, 0)
    assert "partner.example" not in kept()
    assert {*Interview.objects.values_list("name", flat=True), Approval.objects.get().name} == {
        f"Ada {CANARY}",
        "Bo Other",
    }
    history = [line.formatter.format_message(line) for line in schedule.log_registry.get_logs_for_instance(asked)]
    assert f"Approval asked of Ada {CANARY}" in history
