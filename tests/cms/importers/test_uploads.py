"""An uploaded blog is brought in by a job: in slices, resumed without twins, told at its end, cleared away."""

import os
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from cms import clock, jobs
from cms.importers import kinds, runs, uploads, work, writing
from cms.importers.archives import ArchiveError
from cms.models import AssetPage, ImportBatch, ImportedItem, Job
from tests.cms.importers.test_archives import packed

pytestmark = pytest.mark.django_db
State = Job.State


def post(title, **front):
    lines = "".join(f"{name}: {value}\n" for name, value in front.items())
    return f"---\ntitle: {title}\ndate: 2015-03-11\n{lines}---\nText of {title}.\n"


def blog(number, *more):
    """A .zip of posts that were packed with their folder."""
    return packed(*((f"blog/{n:02}.md", post(f"Post {n}")) for n in range(number)), *more)


def look(content, user, name="blog.zip", source="blog"):
    """The batch of an upload that was looked through."""
    batch = uploads.start(kinds.get("markdown"), SimpleUploadedFile(name, content), source, options={}, user=user)
    finish(batch.job)
    batch.refresh_from_db()
    return batch


def start(content, user, publish=False, **upload):
    """The job that writes it, waiting."""
    batch = look(content, user, **upload)
    assert uploads.bring(batch, {"publish": publish}, user)
    return batch.job


def finish(job):
    while jobs.run_slice():
        pass
    job.refresh_from_db()
    return job


def counted(created=0, updated=0, unchanged=0, skipped=0, warnings=0):
    return {"created": created, "updated": updated, "unchanged": unchanged, "skipped": skipped, "warnings": warnings}


def folders():
    return sorted(os.listdir(settings.VAR_DIR / "imports"))


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def later(monkeypatch, **span):
    moment = clock.now() + timedelta(**span)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_blog_comes_in_slice_by_slice_and_its_files_are_cleared_away(marketer):
    job = start(blog(45), marketer, publish=True)
    assert folders() == [str(job.params["batch"])]
    assert jobs.run_slice() == 1
    job.refresh_from_db()
    assert 1 <= job.done <= work.SLICE_ENTRIES
    assert (job.state, job.total, AssetPage.objects.count()) == (State.RUNNING, 45, job.done)
    finish(job)
    assert (job.state, job.done, job.report["summary"]) == (State.DONE, 45, counted(created=45))
    assert AssetPage.objects.live().filter(first_published_at__year=2015).count() == 45
    assert folders() == []


def test_same_upload_again_changes_nothing_and_neither_does_the_command(marketer, tmp_path):
    finish(start(blog(3), marketer))
    before = list(AssetPage.objects.values_list("pk", "latest_revision_id"))
    assert finish(start(blog(3), marketer)).report["summary"] == counted(unchanged=3)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "00.md").write_text(post("Post 0"))
    call_command("import_markdown", str(tmp_path / "elsewhere"), "--source", "blog", "-v0")
    assert list(AssetPage.objects.values_list("pk", "latest_revision_id")) == before


def test_folder_may_be_packed_with_or_without_itself(marketer):
    finish(start(blog(2), marketer))
    without = packed(*((f"{n:02}.md", post(f"Post {n}")) for n in range(2)))
    assert finish(start(without, marketer)).report["summary"] == counted(unchanged=2)


def test_single_file_is_enough_and_a_path_in_its_name_is_no_way_out(marketer):
    job = finish(start(post("Alone").encode(), marketer, name="..\\..\\alone.md"))
    assert job.report["summary"] == counted(created=1)
    assert list(ImportedItem.objects.values_list("source", "key")) == [("markdown:blog", "alone.md")]


def test_report_says_what_was_skipped_first_and_what_was_changed(marketer):
    bad = ("blog/zz.md", "---\ntitle: a: b\n---\nText")
    odd = ("blog/aa.md", "---\ntitle: Odd\ntags: [one, two]\n---\n\n{% shortcode %}\n")
    report = finish(start(blog(1, odd, bad), marketer)).report
    assert report["summary"] == counted(created=2, skipped=1, warnings=1)
    assert [(row["what"], row["file"], row["line"]) for row in report["rows"]] == [
        ("Skipped", "zz.md", 2),
        ("Warning", "aa.md", 6),
        ("New topics", "aa.md", 0),
    ]
    assert report["rows"][0]["why"].startswith("The front matter is not YAML")
    assert report["rows"][2]["why"] == "one, two"
    assert all(row["mend"] for row in report["rows"])


def test_rows_beyond_what_is_kept_are_counted(marketer, monkeypatch):
    monkeypatch.setattr(runs, "MAX_ROWS", 2)
    monkeypatch.setattr(runs, "MAX_ROWS_AN_ITEM", 3)
    tags = "\n\n".join("{% x %}" for _ in range(5))
    noisy = ("blog/00.md", f"---\ntitle: Noisy\n---\n{tags}\n")
    bad = [(f"blog/{n}.md", "no title") for n in range(5)]
    report = finish(start(packed(noisy, *bad), marketer)).report
    assert report["summary"] == counted(created=1, skipped=5, warnings=5)
    assert [row["what"] for row in report["rows"]] == ["Skipped", "Skipped", "Warning", "Warning"]
    assert report["left_out"] == 2 + 1 + 3


def test_worker_killed_in_the_middle_of_a_slice_makes_no_twins_and_counts_right(marketer, monkeypatch):
    monkeypatch.setattr(work, "SLICE_SECONDS", 600)  # one slice, however slow the machine is
    job = start(blog(9, ("blog/02.md.md", "no title")), marketer)
    written = []
    write = writing.Writer.write

    def dies(writer, item, plan):
        if len(written) == 5:
            raise KeyboardInterrupt
        written.append(item.key)
        return write(writer, item, plan)

    monkeypatch.setattr(writing.Writer, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_slice()
    job.refresh_from_db()
    assert (job.done, AssetPage.objects.count()) == (6, 5)
    monkeypatch.setattr(writing.Writer, "write", write)
    assert jobs.run_slice() == 0  # the lease of the dead still stands
    later(monkeypatch, seconds=61)
    finish(job)
    assert (job.state, job.report["summary"]) == (State.DONE, counted(created=9, skipped=1))
    assert [row["file"] for row in job.report["rows"]] == ["02.md.md"]
    titles = sorted(AssetPage.objects.values_list("title", flat=True))
    assert titles == [f"Post {n}" for n in range(9)]


def test_failure_between_piece_and_checkpoint_leaves_neither(marketer, monkeypatch):
    job = start(blog(2), marketer)
    checkpoint = jobs.checkpoint

    def fails(*args):
        checkpoint(*args)
        raise RuntimeError("disk full")

    monkeypatch.setattr(jobs, "checkpoint", fails)
    jobs.run_slice()
    job.refresh_from_db()
    assert (job.state, job.done, job.error) == (State.RUNNING, 0, "RuntimeError: disk full")
    assert (AssetPage.objects.count(), folders()) == (0, [str(job.params["batch"])])
    monkeypatch.setattr(jobs, "checkpoint", checkpoint)
    later(monkeypatch, seconds=61)
    assert finish(job).report["summary"] == counted(created=2)


def test_stopping_clears_the_files_and_a_slice_under_way_writes_no_more(marketer, monkeypatch):
    job = start(blog(5), marketer)
    write = writing.Writer.write

    def stopped_at_the_third(writer, item, plan):
        outcome = write(writer, item, plan)
        if item.key == "02.md":
            assert jobs.cancel(job, marketer)
        return outcome

    monkeypatch.setattr(writing.Writer, "write", stopped_at_the_third)
    assert jobs.run_slice() == 1
    job.refresh_from_db()
    # In this test both speak over one connection, so what rolls the third file back takes the stopping with it.
    assert AssetPage.objects.count() == 2
    assert job.done == 2
    assert folders() == []


def test_stopped_import_does_not_go_on_and_a_failed_one_without_its_files_says_why(marketer):
    job = start(blog(2), marketer)
    assert jobs.cancel(job, marketer)
    assert folders() == []
    assert jobs.retry(job, marketer) is False
    job = start(blog(2), marketer)
    uploads.remove(job.params["batch"])
    finish(job)
    assert job.state == State.FAILED
    assert job.error.startswith("The uploaded files are no longer there. Upload them again")


def test_what_is_left_behind_is_swept_and_what_is_needed_is_not(marketer, monkeypatch):
    failed = start(blog(1), marketer, source="one").params["batch"]
    Job.objects.update(state=State.FAILED, finished_at=clock.now())
    waiting = start(blog(1), marketer, source="other").params["batch"]
    for name in ("999999", "somebody else's"):
        (settings.VAR_DIR / "imports" / name).mkdir()
    uploads.sweep()
    assert folders() == sorted([str(failed), str(waiting), "somebody else's"])
    later(monkeypatch, days=8)
    uploads.sweep()
    assert folders() == sorted([str(waiting), "somebody else's"])


def test_refused_upload_leaves_nothing_behind(marketer):
    with pytest.raises(ArchiveError):
        start(packed("../a.md"), marketer)
    assert (folders(), Job.objects.count()) == ([], 0)


def test_who_may_not_publish_changes_nothing_that_readers_see(marketer, editor):
    finish(start(blog(1), marketer, publish=True))
    changed = packed(("blog/00.md", post("Post 0 anew")), ("blog/01.md", post("Post 1")))
    job = finish(start(changed, editor, publish=True))
    assert job.report["summary"] == counted(created=1, updated=1, warnings=1)
    assert job.report["rows"][0]["why"] == "You may not publish: saved as a draft of the live piece"
    assert list(AssetPage.objects.live().values_list("title", flat=True)) == ["Post 0"]
    assert AssetPage.objects.get(title="Post 0").get_latest_revision_as_object().title == "Post 0 anew"


def test_right_to_publish_that_was_taken_away_meanwhile_is_gone(marketer):
    job = start(blog(1), marketer, publish=True)
    marketer.groups.clear()
    assert finish(job).state == State.DONE
    assert AssetPage.objects.live().count() == 0


def test_piece_that_the_library_refuses_is_a_row_and_its_new_topic_is_not_missed_later(marketer, monkeypatch):
    clean = AssetPage.clean
    twice = [("blog/a.md", post("Bad", tags="[fresh]")), ("blog/b.md", post("Good", tags="[fresh]"))]

    def refuses(page):
        clean(page)
        if page.title == "Bad":
            raise writing.ValidationError("Not this one")

    monkeypatch.setattr(AssetPage, "clean", refuses)
    report = finish(start(packed(*twice), marketer)).report
    assert report["summary"] == counted(created=1, skipped=1)
    assert report["rows"][0]["why"] == "The library does not take it: Not this one"
    assert [topic.name for topic in AssetPage.objects.get().topics.all()] == ["fresh"]


def test_looking_through_says_what_would_become_of_it_and_writes_nothing(marketer):
    finish(start(blog(2), marketer))
    changed = (("blog/01.md", post("Post 1", tags="[new]")), ("blog/bad.md", "no title"), ("blog/new.md", post("New")))
    batch = look(packed(("blog/00.md", post("Post 0")), *changed), marketer)
    assert batch.state == ImportBatch.State.LOOKED
    assert batch.counts == counted(created=1, updated=1, unchanged=1, skipped=1)
    assert [(row["what"], row["file"]) for row in batch.job.report["rows"]] == [
        ("Skipped", "bad.md"),
        ("New topics", "01.md"),
    ]
    assert AssetPage.objects.count() == 2
    assert folders() == [str(batch.pk)]
    assert uploads.bring(batch, {}, marketer)
    assert uploads.bring(batch, {}, marketer) is False
    assert finish(batch.job).report["summary"] == counted(created=1, updated=1, unchanged=1, skipped=1)


def test_discarding_clears_the_files_and_stopping_to_look_does_too(marketer):
    batch = look(blog(1), marketer)
    assert uploads.discard(batch, marketer)
    assert (folders(), uploads.bring(batch, {}, marketer)) == ([], False)
    batch = uploads.start(kinds.get("markdown"), SimpleUploadedFile("b.zip", blog(1)), "b", options={}, user=marketer)
    assert jobs.cancel(batch.job, marketer)
    batch.refresh_from_db()
    assert (folders(), batch.state) == ([], ImportBatch.State.DISCARDED)
