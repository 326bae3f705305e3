"""Newsroom › Import a plan: the screens, who may use them, the job, and taking a plan back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms import jobs
from cms.models import Job
from editorial import schedule, work
from editorial.models import Entry, PlanBatch
from editorial.plans import writing
from tests.editorial.plans.conftest import PLAN, PLANS

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def _newsroom(stage, persona, topic, editor, client):
    client.force_login(editor)


def work_off():
    while jobs.run_slice():
        pass


def test_a_plan_is_looked_through_then_brought_in(client, send, write):
    batch = send(PLAN + "3,Bad,,Nowhere,,,,,,\n")
    page = client.get(f"{PLANS}{batch.pk}/").content.decode()
    for words in ("Bring 2 rows in", "Made (2)", "Refused (1)", "There is no stage “Nowhere”", "Interest"):
        assert words in page
    assert Entry.objects.count() == 0
    job = write(batch)
    assert job.state == Job.State.DONE
    assert job.report["summary"] == {"created": 2, "updated": 0, "unchanged": 0, "skipped": 1}
    assert job.report["rows"][0] | {"mend": ""} == {
        "file": "plan.csv", "line": 4, "what": "Bad", "why": "There is no stage “Nowhere”", "mend": "",
    }  # fmt: skip
    assert (batch.state, batch.rows, batch.counts["created"]) == ("written", [], 2)
    assert write(send(PLAN)).report["summary"] == {"created": 0, "updated": 0, "unchanged": 2, "skipped": 0}
    assert "To the calendar" in client.get(f"/admin/library/jobs/{job.pk}/").content.decode()


def test_columns_are_mapped_by_hand_and_kept(client, send):
    batch = send("What we write,Foo\nOne,Bar\n")
    page = client.get(f"{PLANS}{batch.pk}/").content.decode()
    assert "No column is the title. Choose it." in page
    assert 'value="write"' not in page
    answer = client.post(f"{PLANS}{batch.pk}/", {"column_0": "title", "column_1": "title"})
    assert (answer.status_code, "Chosen twice: Title" in answer.content.decode()) == (422, True)
    client.post(f"{PLANS}{batch.pk}/", {"column_0": "title", "column_1": "notes"})
    batch.refresh_from_db()
    assert batch.columns == ["title", "notes"]
    assert "Bring 1 row in" in client.get(f"{PLANS}{batch.pk}/").content.decode()


def test_unclear_days_are_asked_for_before_anything_is_written(client, send, write):
    batch = send("title,due\nA,3/4/2027\n")
    page = client.get(f"{PLANS}{batch.pk}/").content.decode()
    assert "Some days can be meant in two ways: 3/4/2027" in page
    answer = client.post(f"{PLANS}{batch.pk}/", {"column_0": "title", "column_1": "due_on", "then": "write"})
    assert (answer.status_code, Job.objects.count()) == (422, 0)
    write(batch, order="dmy")
    assert str(Entry.objects.get().due_on) == "2027-04-03"


def test_changes_are_named_and_rows_are_shown_by_what_becomes_of_them(client, send, write):
    write(send(PLAN))
    batch = send(PLAN.replace("2026-12-08", "2026-12-09"))
    page = client.get(f"{PLANS}{batch.pk}/?what=updated").content.decode()
    assert "Due or publish date: 2026-12-09" in page
    assert "Alarms that wake" not in page.split('id="rows"')[1]
    assert "No rows of this kind." in client.get(f"{PLANS}{batch.pk}/?what=skipped").content.decode()


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "plan.csv", "The file is empty"), (b"title\n", "plan.csv", "There are no rows below its head"),
        (b"x", "plan.doc", "neither CSV nor XLSX"), (b"PK", "plan.xlsx", "no .xlsx file, or it is damaged"),
        (b"title\n" + b"x" * 50, "plan.csv", "at most 5 MB"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_plan_is_refused_on_the_form(send, monkeypatch, content, name, why):
    monkeypatch.setattr(writing, "MAX_BYTES", 50)
    answer = send(content, name=name)
    assert answer.status_code == 422
    assert why in str(answer.context["form"].errors["file"])
    assert PlanBatch.objects.count() == 0


def test_what_was_uploaded_is_seen_by_its_person_alone(client, send, marketer, admin):
    batch = send(PLAN)
    for other in (marketer, admin):
        client.force_login(other)
        assert client.get(f"{PLANS}{batch.pk}/").status_code == 404
        assert client.post(f"{PLANS}{batch.pk}/discard/").status_code == 404
        assert b"plan.csv" not in client.get(PLANS).content


def test_who_may_not_plan_may_not_import(client, send, write, owner, stranger):
    batch = send(PLAN)
    for person, refusal in ((owner, 302), (stranger, 302)):
        client.force_login(person)
        for address in (PLANS, f"{PLANS}{batch.pk}/", f"{PLANS}template/csv/"):
            assert client.get(address).status_code in (refusal, 403)
    assert Entry.objects.count() == 0


def test_a_plan_is_discarded(client, send):
    batch = send(PLAN)
    assert client.get(f"{PLANS}{batch.pk}/discard/").status_code == 405
    client.post(f"{PLANS}{batch.pk}/discard/")
    assert PlanBatch.objects.count() == 0


def test_what_nobody_brought_in_goes_after_a_week(send, later):
    first = send(PLAN)
    later(days=8)
    send(PLAN)
    assert not PlanBatch.objects.filter(pk=first.pk).exists()


def test_a_stopped_import_keeps_what_it_made_and_ends_its_batch(client, send, editor):
    batch = send(PLAN)
    said = {f"column_{at}": field for at, field in enumerate(batch.columns)}
    client.post(f"{PLANS}{batch.pk}/", said | {"then": "write"})
    batch.refresh_from_db()
    jobs.cancel(batch.job, editor)
    batch.refresh_from_db()
    assert (batch.state, batch.rows) == ("written", [])


def test_a_slice_that_runs_again_after_its_worker_died_makes_nothing_twice(client, send, write):
    batch = send(PLAN)
    job = write(batch)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, lease_until=None, attempts=1)
    work_off()
    job.refresh_from_db()
    assert (job.state, job.report["summary"]["created"], Entry.objects.count()) == (Job.State.DONE, 2, 2)


def test_a_plan_is_taken_back_but_for_what_somebody_touched(client, send, write, editor):
    batch = send("title\nA\nB\nC\n")
    write(batch)
    moved, talked = Entry.objects.get(title="A"), Entry.objects.get(title="B")
    schedule.move(moved, user=editor, version=1, step="brief")
    work.say(talked, user=editor, text="Wait for the fair")
    assert b"Take back" in client.get(PLANS).content
    client.post(f"{PLANS}{batch.pk}/undo/")
    work_off()
    batch.refresh_from_db()
    assert (batch.state, batch.job.report["summary"]) == ("undone", {"removed": 1, "left": 2})
    assert list(Entry.objects.order_by("title").values_list("title", flat=True)) == ["A", "B"]
    client.post(f"{PLANS}{batch.pk}/undo/")
    assert Job.objects.count() == 2


def test_an_editor_takes_back_their_own_plans_and_a_marketer_all(client, send, write, make_user, marketer):
    batch = send(PLAN)
    write(batch)
    client.force_login(make_user("ed", "Editor"))
    assert client.post(f"{PLANS}{batch.pk}/undo/").status_code == 404
    assert b"Take back" not in client.get(PLANS).content
    client.force_login(marketer)
    assert client.post(f"{PLANS}{batch.pk}/undo/").status_code == 302
    work_off()
    assert Entry.objects.count() == 0


def test_the_template_is_a_plan(client, send, write):
    answer = client.get(f"{PLANS}template/csv/")
    assert answer["Content-Disposition"] == 'attachment; filename="plan.csv"'
    assert write(send(answer.content)).report["summary"]["created"] == 2
    assert client.get(f"{PLANS}template/xlsx/").content.startswith(b"PK")
    assert client.get(f"{PLANS}template/doc/").status_code == 404


def test_the_menu_leads_there_for_those_who_may(client, owner):
    assert PLANS in client.get("/admin/").content.decode()
    client.force_login(owner)
    assert PLANS not in client.get("/admin/").content.decode()


def test_the_screens_cost_as_many_queries_for_one_row_as_for_three(client, send, write):
    def cost(address):
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    head, one = PLAN.split("\n")[0], PLAN.split("\n")[1]
    some = [send(f"{head}\n" + "\n".join(f"{at}{one}" for at in range(number)) + "\n") for number in (1, 3)]
    checked = [cost(f"{PLANS}{batch.pk}/") for batch in some]
    for batch in some:
        batch.delete()
    write(send(PLAN))
    listed = [cost(PLANS)]
    write(send(PLAN))
    write(send(PLAN))
    listed.append(cost(PLANS))
    assert (checked, listed) == ([21, 21], [11, 11])
