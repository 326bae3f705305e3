"""Long work: one slice at a time, resumed, given up with the reason, and shown only to who asked for it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock, jobs, policy
from cms.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.db]
State = Job.State


@pytest.fixture
def kind(monkeypatch):
    """A kind of work whose slices are a list of functions, called one after the other."""
    jobs.kinds()  # registered for good, or the first look would register them in the empty table
    monkeypatch.setattr(jobs, "_kinds", {})
    slices = []
    jobs.job("count")(lambda job: slices.pop(0)(job))
    return slices


def step(done, total=3, finished=False, **report):
    return lambda job: jobs.Progress(done, total, resume_point={"at": done}, finished=finished, report=report)


def fails(job):
    raise RuntimeError("disk full")


def later(monkeypatch, seconds):
    moment = clock.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_job_is_done_slice_by_slice_and_resumes_where_it_stopped(kind, marketer):
    seen = []
    kind += [step(1), lambda job: seen.append(job.resume_point) or step(3, finished=True, summary={"made": 3})(job)]
    row = jobs.start("count", "Counting", {"to": 3}, marketer)
    assert (jobs.run_slice(), jobs.run_slice(), jobs.run_slice()) == (1, 1, 0)
    row.refresh_from_db()
    assert seen == [{"at": 1}]
    assert (row.state, row.done, row.total, row.report) == (State.DONE, 3, 3, {"summary": {"made": 3}})
    assert row.finished_at is not None
    assert ModelLogEntry.objects.get(action="job.start").user == marketer


def test_unknown_kind_is_refused_at_the_start(kind, marketer):
    with pytest.raises(ValueError, match="'paint' is not registered; known: count"):
        jobs.start("paint", "x", {}, marketer)


def test_kind_of_a_part_that_is_gone_fails_in_words(kind):
    row = Job.objects.create(kind="gone", title="x", created_at=clock.now())
    assert jobs.run_slice() == 1
    row.refresh_from_db()
    assert (row.state, row.error) == (State.FAILED, "No part of this installation does work of the kind gone.")


def test_kind_is_registered_once(kind):
    with pytest.raises(ValueError, match="registered twice"):
        jobs.job("count")(fails)


def test_failure_is_tried_again_after_a_pause_and_success_forgives(kind, marketer, monkeypatch):
    kind += [fails, step(1), fails, fails, step(3, finished=True)]
    row = jobs.start("count", "x", {}, marketer)
    jobs.run_slice()
    row.refresh_from_db()
    assert (row.state, row.error, row.attempts) == (State.RUNNING, "RuntimeError: disk full", 1)
    assert jobs.run_slice() == 0
    for _ in range(4):
        later(monkeypatch, 61)
        assert jobs.run_slice() == 1
    row.refresh_from_db()
    assert (row.state, row.done, row.error) == (State.DONE, 3, "")


def test_third_failure_in_a_row_gives_up_and_retry_resumes(kind, marketer, monkeypatch):
    kind += [step(2), fails, fails, fails]
    row = jobs.start("count", "x", {}, marketer)
    for _ in range(4):
        assert jobs.run_slice() == 1
        later(monkeypatch, 61)
    assert jobs.run_slice() == 0
    row.refresh_from_db()
    assert (row.state, row.error, row.done) == (State.FAILED, "RuntimeError: disk full", 2)
    assert jobs.retry(row, marketer) is True
    kind.append(lambda job: step(job.resume_point["at"] + 1, finished=True)(job))
    jobs.run_slice()
    row.refresh_from_db()
    assert (row.state, row.done, row.error) == (State.DONE, 3, "")
    assert jobs.retry(row, marketer) is False


def test_job_error_gives_up_at_once(kind, marketer):
    def refuse(job):
        raise jobs.JobError("The folder is gone. Put it back.")

    kind.append(refuse)
    row = jobs.start("count", "x", {}, marketer)
    jobs.run_slice()
    row.refresh_from_db()
    assert (row.state, row.error) == (State.FAILED, "The folder is gone. Put it back.")


def test_worker_that_dies_three_times_is_found_out(kind, marketer, monkeypatch):
    def dies(job):
        raise KeyboardInterrupt

    kind += [dies, dies, dies]
    row = jobs.start("count", "x", {}, marketer)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            jobs.run_slice()
        assert jobs.run_slice() == 0  # its lease still stands
        later(monkeypatch, 61)
    assert jobs.run_slice() == 0
    row.refresh_from_db()
    assert (row.state, row.error) == (State.FAILED, "It was interrupted 3 times without getting further.")


def test_slice_that_was_cancelled_or_taken_over_meanwhile_stores_nothing(kind, marketer):
    kind.append(lambda job: jobs.cancel(job, marketer) and step(1)(job))
    row = jobs.start("count", "x", {}, marketer)
    jobs.run_slice()
    row.refresh_from_db()
    assert (row.state, row.done) == (State.CANCELLED, 0)
    assert jobs.cancel(row, marketer) is False

    def overtaken(job):
        Job.objects.filter(pk=job.pk).update(lease_until=clock.now() + timedelta(seconds=99), attempts=2)
        return step(1)(job)

    kind.append(overtaken)
    row = jobs.start("count", "x", {}, marketer)
    jobs.run_slice()
    row.refresh_from_db()
    assert (row.state, row.done, row.attempts) == (State.RUNNING, 0, 2)


def test_work_that_clears_up_does_so_when_done_or_stopped_and_then_does_not_go_on(monkeypatch, client, owner):
    jobs.kinds()  # registered for good, or the first look would register them in the empty table
    monkeypatch.setattr(jobs, "_kinds", {})
    cleared, ended = [], [False, True]
    way_on = ("On", "/on/")
    register = jobs.job("tidy", tidy=lambda job: cleared.append(job.pk), way_on=lambda job: way_on)
    register(lambda job: jobs.Progress(1, 2, finished=ended.pop(0)))
    first, second = (jobs.start("tidy", "Mine", {}, owner) for _ in range(2))
    client.force_login(owner)
    jobs.run_slice()
    assert (cleared, client.get(reverse("jobs:detail", args=[first.pk])).context["way_on"]) == ([], None)
    jobs.run_slice()
    assert (cleared, client.get(reverse("jobs:detail", args=[first.pk])).context["way_on"]) == ([first.pk], way_on)
    assert jobs.cancel(second, owner)
    assert cleared == [first.pk, second.pk]
    assert client.get(reverse("jobs:detail", args=[second.pk])).context["may_retry"] is False
    assert jobs.retry(second, owner) is False


def test_checkpoint_of_a_job_that_is_no_longer_ours_is_refused(kind, marketer):
    def stopped(job):
        jobs.checkpoint(job, 1, {"at": 1})
        jobs.cancel(job, marketer)
        jobs.checkpoint(job, 2, {"at": 2})

    kind.append(stopped)
    row = jobs.start("count", "x", {}, marketer)
    assert jobs.run_slice() == 1
    row.refresh_from_db()
    assert (row.state, row.done, row.resume_point, row.error) == (State.CANCELLED, 1, {"at": 1}, "")


def test_only_who_asked_and_admins_see_a_job(kind, client, owner, colleague, stranger, admin):
    row = jobs.start("count", "Mine", {}, owner)
    seen = {}
    for user in (owner, colleague, stranger, admin):
        client.force_login(user)
        seen[user] = [client.get(reverse(f"jobs:{name}", args=[row.pk])).status_code for name in ("detail", "progress")]
    assert seen == {owner: [200, 200], colleague: [404, 404], stranger: [302, 302], admin: [200, 200]}
    client.force_login(colleague)
    assert client.post(reverse("jobs:cancel", args=[row.pk])).status_code == 404
    assert client.get(reverse("jobs:index")).context["jobs"] == []
    client.force_login(owner)
    assert client.get(reverse("jobs:cancel", args=[row.pk])).status_code == 405
    assert client.post(reverse("jobs:cancel", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.state == State.CANCELLED


def test_progress_is_told_as_json(kind, client, owner):
    kind.append(step(1))
    row = jobs.start("count", "Mine", {}, owner)
    jobs.run_slice()
    client.force_login(owner)
    assert client.get(reverse("jobs:progress", args=[row.pk])).json() == {
        "state": "running",
        "done": 1,
        "total": 3,
        "words": "1 of 3",
        "ended": False,
    }


def test_screen_shows_error_report_and_the_way_on(kind, client, owner):
    row = jobs.start("count", "Mine", {}, owner)
    notice = {"file": "a.md", "line": 3, "why": "No <title>", "mend": "Write one."}
    Job.objects.update(state=State.FAILED, error="disk full", report={"summary": {"created": 7}, "rows": [notice]})
    client.force_login(owner)
    page = client.get(reverse("jobs:detail", args=[row.pk])).content.decode()
    for words in ("disk full", "Go on where it stopped", "a.md:3", "No &lt;title&gt;", "Write one.", "Created"):
        assert words in page
    assert client.post(reverse("jobs:retry", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.state == State.QUEUED


def test_long_report_is_read_page_by_page(kind, client, owner):
    row = jobs.start("count", "Mine", {}, owner)
    Job.objects.update(report={"rows": [{"file": f"{n}.md", "why": "x"} for n in range(450)], "left_out": 7})
    client.force_login(owner)
    address, seen, pages = reverse("jobs:detail", args=[row.pk]), [], 0
    following = 0
    while following is not None:
        context = client.get(address, {"row": following}).context
        seen += [one["file"] for one in context["rows"]]
        following, pages = context["next_row"], pages + 1
    assert (seen, pages) == ([f"{n}.md" for n in range(450)], 3)
    assert "7 further rows were counted and not kept." in client.get(address).content.decode()
    for nonsense in ("x", "9" * 5000, "²"):
        assert client.get(address, {"row": nonsense}).context["first_row"] == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_with_one_row_and_with_three(rows, kind, client, admin, django_assert_max_num_queries):
    for n in range(rows):
        jobs.start("count", f"Job {n}", {}, admin)
    client.force_login(admin)
    address = reverse("jobs:index")
    with django_assert_max_num_queries(40) as asked:
        assert len(client.get(address).context["jobs"]) == rows
    # The menu's queries are other screens' business.
    assert len([query for query in asked.captured_queries if '"cms_job"' in query["sql"]]) == 1
    assert len([query for query in asked.captured_queries if 'FROM "cms_user"' in query["sql"]]) == 1


def test_list_is_paged_by_key(kind, client, make_user):
    user = make_user("busy", policy.EDITOR)
    Job.objects.bulk_create(
        Job(kind="count", title=f"Job {n}", created_by=user, created_at=clock.now()) for n in range(30)
    )
    client.force_login(user)
    first = client.get(reverse("jobs:index")).context
    second = client.get(reverse("jobs:index"), {"before": first["next_key"]}).context
    assert [job.title for job in first["jobs"]][::24] == ["Job 29", "Job 5"]
    assert [job.title for job in second["jobs"]] == ["Job 4", "Job 3", "Job 2", "Job 1", "Job 0"]
    assert second["next_key"] is None
    assert client.get(reverse("jobs:index"), {"before": "x"}).status_code == 200
    assert client.get(reverse("jobs:index"), {"before": "9" * 5000}).status_code == 200
