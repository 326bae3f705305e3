"""Comments of a WordPress export come along as readers' comments: once, mailing nobody, undone with their import."""

import json
from importlib import import_module
from io import StringIO
from uuid import UUID

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from wagtail.log_actions import log

from cms import clock
from cms.feedback.models import Comment
from cms.importers import remarks, undoing
from cms.models import AssetPage, Author, ImportBatch, ImportedPart, LibraryImage, Topic
from tests.cms.importers.test_uploads import finish
from tests.cms.importers.test_wordpress import entries, export, item

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def comment(number, text, approved="1", kind="comment", name="Bo", at="2016-01-02 03:04:05"):
    return f"""<wp:comment><wp:comment_id>{number}</wp:comment_id>
<wp:comment_author><![CDATA[{name}]]></wp:comment_author>
<wp:comment_author_email>bo@reader.example</wp:comment_author_email>
<wp:comment_date_gmt>{at}</wp:comment_date_gmt><wp:comment_content><![CDATA[{text}]]></wp:comment_content>
<wp:comment_approved>{approved}</wp:comment_approved><wp:comment_type>{kind}</wp:comment_type></wp:comment>"""


SAID = (
    comment(2, "Later", at="2016-02-02 03:04:05"),
    comment(1, "So <b>true</b> &amp; short"),
    comment(3, "May I?", approved="0", name=""),
    comment(4, "Buy", approved="spam"),
    comment(5, "Gone", approved="trash"),
    comment(6, "[...]", kind="pingback"),
    comment(7, " "),
)


def run(path, *options):
    out = StringIO()
    call_command("import_wxr", str(path), "--source", "x", "--publish", *options, "-v0", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


@pytest.fixture
def exported(tmp_path):
    def make(*said, title="One", more=""):
        return export(tmp_path, item(title, more="".join(said) + more))

    return make


def test_approved_ones_are_published_waiting_ones_to_read_and_the_rest_counted(exported, client):
    path = exported(*SAID)
    assert run(path)["created"] == 1
    rows = Comment.objects.order_by("posted_at", "pk").values_list("name", "text", "state", "email", "wants_answer")
    assert sorted(rows) == [
        ("Bo", "Later", "published", "", False),
        ("Bo", "So true & short", "published", "", False),
        ("Somebody", "May I?", "waiting", "", False),
    ]
    (found,) = entries(path)
    assert [notice.why for notice in found.notices] == [
        "Comments left out as spam, trash, empty or links of other sites: 4"
    ]
    assert mail.outbox == []
    shown = client.get(AssetPage.objects.get().url).content.decode()
    assert ("So true &amp; short" in shown, "May I?" in shown) == (True, False)


def test_the_same_file_again_adds_none_and_what_an_editor_decided_stays(exported, editor):
    run(exported(*SAID))
    Comment.objects.filter(state="waiting").update(state="rejected", judged_by=editor)
    keys = set(Comment.objects.values_list("key", flat=True))
    assert run(exported(*SAID))["unchanged"] == 1
    assert run(exported(*SAID, comment(8, "New")))["updated"] == 1
    assert Comment.objects.count() == 4
    assert keys < set(Comment.objects.values_list("key", flat=True))
    assert Comment.objects.get(text="May I?").state == "rejected"


def test_nobody_can_tell_a_key_from_the_export(exported, settings):
    run(exported(*SAID))
    keys = set(Comment.objects.values_list("key", flat=True))
    assert {key.version for key in keys} == {4}
    Comment.objects.all().delete()
    settings.HASH_PEPPER = b"that of another installation"
    AssetPage.objects.get().delete()
    run(exported(*SAID))
    assert keys.isdisjoint(Comment.objects.values_list("key", flat=True))


def test_keys_from_before_there_was_a_secret_in_them_are_the_same_as_new_ones(exported):
    run(exported(*SAID))
    keys = dict(Comment.objects.values_list("pk", "key"))
    old = UUID("0d6fd3b2-6a2b-5f0e-9d55-5e6f2d7c4b10")
    first, other = Comment.objects.order_by("pk")[:2]
    Comment.objects.filter(pk=first.pk).update(key=old)
    hiding = import_module("cms.migrations.0023_keys_of_imported_comments")
    hiding.hide(apps, None)
    first.refresh_from_db()
    assert (first.key.version, first.key) == (4, remarks.secret_of(old))
    assert Comment.objects.get(pk=other.pk).key == keys[other.pk]


def test_a_post_without_comments_keeps_the_hash_it_had_before_they_were_read(exported):
    run(exported())
    assert run(exported())["unchanged"] == 1


def test_hostile_words_are_cut_and_escaped(exported, client):
    run(
        exported(
            comment(1, "&lt;script&gt;alert(1)&lt;/script&gt;" + "x" * 4000, name="N" * 200, at="0000-00-00 00:00:00")
        )
    )
    row = Comment.objects.get()
    assert (len(row.name), len(row.text)) == (80, 3000)
    assert "<script>alert" not in client.get(AssetPage.objects.get().url).content.decode()


def test_undoing_takes_them_back_and_keeps_a_piece_that_was_answered(exported, editor):
    run(exported(*SAID))
    batch = ImportBatch.objects.get()
    undoing.start(batch, editor)
    finish(batch.job)
    assert (Comment.objects.count(), AssetPage.objects.count()) == (0, 0)
    run(exported(*SAID))
    Comment.objects.filter(text="Later").update(answer="Thank you", answered_by=editor, answered_at=clock.now())
    batch = ImportBatch.objects.get(state="written")
    undoing.start(batch, editor)
    finish(batch.job)
    assert list(Comment.objects.values_list("text", flat=True)) == ["Later"]
    assert run(exported(*SAID))["updated"] == 1
    assert Comment.objects.count() == 3


def test_undoing_removes_what_it_made_and_nothing_uses(exported, editor):
    Topic.objects.create(name="Old", slug="old")
    more = "".join(
        f'<category domain="post_tag"><![CDATA[{name}]]></category>' for name in ("Old", "New", "Used", "Kept")
    )
    run(exported(more=more))
    assert set(ImportedPart.objects.values_list("model", flat=True)) == {"cms.author", "cms.topic"}
    from_here = AssetPage(title="By hand")
    AssetPage.objects.get().get_parent().add_child(instance=from_here)
    from_here.topics.add(Topic.objects.get(name="Used"))
    from_here.save()
    kept = Topic.objects.get(name="Kept")
    log(kept, "wagtail.edit", user=editor)
    batch = ImportBatch.objects.get()
    undoing.start(batch, editor)
    job = finish(batch.job)
    assert sorted(Topic.objects.values_list("name", flat=True)) == ["Kept", "Old", "Used"]
    assert Author.objects.count() == 0
    assert job.report["summary"] == {"removed": 1, "left": 0, "parts removed": 2}
    assert sorted(row["why"] for row in job.report["rows"]) == ["Author: Ann Ashe", "Topic: New"]
    assert LibraryImage.objects.count() == 0
