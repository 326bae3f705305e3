"""Pieces of one source lead to each other; an import is taken back whole, but for what people have touched since."""

import pytest
from wagtail.models import ModelLogEntry

from cms import clock, policy
from cms.importers import undoing
from cms.models import AssetPage, ImportBatch
from tests.cms.importers.test_archives import packed
from tests.cms.importers.test_uploads import State, blog, counted, finish, post, start

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def test_links_between_pieces_lead_to_the_pieces_whichever_came_first(marketer):
    there = ("2015-01-02-a.md", post("A") + "See [b](2015-01-03-b.md) and [self](#x) and [gone](/2001/01/01/x/).")
    back = ("2015-01-03-b.md", post("B") + "See [a](/2015/01/02/a.html) and [out](https://a.example/2015-01-02-a.md).")
    job = finish(start(packed(there, back), marketer, publish=True))
    assert (job.state, job.error) == (State.DONE, "")
    first, second = AssetPage.objects.order_by("pk")
    assert f'<a id="{second.pk}" linktype="page">b</a>' in first.body[0].value.source
    assert 'href="/2001/01/01/x/"' in first.body[0].value.source
    assert f'<a id="{first.pk}" linktype="page">a</a>' in second.body[0].value.source
    assert 'href="https://a.example/2015-01-02-a.md"' in second.body[0].value.source
    assert (first.live, first.has_unpublished_changes) == (True, False)
    before = list(AssetPage.objects.values_list("latest_revision_id", flat=True))
    assert finish(start(packed(there, back), marketer, publish=True)).report["summary"] == counted(unchanged=2)
    assert list(AssetPage.objects.values_list("latest_revision_id", flat=True)) == before


def test_undo_removes_what_nobody_changed_and_tells_what_it_left(marketer, client):
    finish(start(packed(("old.md", post("Old"))), marketer))
    old = ("old.md", post("Old again"))
    new = [(f"{n}.md", post(f"Post {n}", permalink=f"/was/{n}/")) for n in range(4)]
    job = start(packed(old, *new), marketer, publish=True)
    batch = ImportBatch.objects.get(pk=job.params["batch"])
    assert undoing.start(batch, marketer) is False  # it is at work
    finish(job)
    assert client.get("/was/2/")["Location"] == AssetPage.objects.get(title="Post 2").url
    AssetPage.objects.get(title="Post 1").save_revision(user=marketer)
    AssetPage.objects.get(title="Post 3").ratings.create(reader_key="x", value=1, rated_at=clock.now())
    batch.refresh_from_db()
    assert undoing.start(batch, marketer)
    finish(batch.job)
    assert batch.job.report["summary"] == {"removed": 2, "left": 3}
    assert [(row["file"], row["why"]) for row in batch.job.report["rows"]] == [
        ("Old", "It was there before this import, which changed it"),
        ("Post 1", "Somebody changed it since"),
        ("Post 3", "Readers or colleagues have said something about it"),
    ]
    assert sorted(AssetPage.objects.values_list("title", flat=True)) == ["Old", "Post 1", "Post 3"]
    assert client.get("/was/2/").status_code == 404
    batch.refresh_from_db()
    assert undoing.start(batch, marketer) is False
    assert finish(start(packed(old, *new), marketer)).report["summary"] == counted(created=2, unchanged=3)


def test_what_was_done_is_in_the_history_with_who_and_what(marketer):
    finish(start(blog(1), marketer))
    batch = ImportBatch.objects.get()
    undoing.start(batch, marketer)
    entries = ModelLogEntry.objects.filter(object_id=str(batch.pk), action__startswith="import.").order_by("pk")
    assert [(entry.action, entry.user, entry.data["source"]) for entry in entries] == [
        ("import.upload", marketer, "markdown:blog"),
        ("import.write", marketer, "markdown:blog"),
        ("import.undo", marketer, "markdown:blog"),
    ]
    assert policy.may(marketer, "import.run")
