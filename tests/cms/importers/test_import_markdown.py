"""The command from end to end: nothing doubled, nothing lost, an editor's work never overwritten on the site."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from PIL import Image
from wagtail.models import Workflow

from cms import clock
from cms.models import AssetPage, Author, ImportedItem, LibraryImage, Topic

pytestmark = pytest.mark.django_db
POST = """---
title: How we work
date: 2015-03-11
authors: [maren-holt, kate]
tags: [agile, open source]
excerpt: "In short."
---
# Hello

{% shortcode %}
"""


def run(folder, *options):
    """(the JSON answer, what was said on stderr)."""
    out, err = StringIO(), StringIO()
    call_command("import_markdown", str(folder), *options, stdout=out, stderr=err)
    lines = out.getvalue().splitlines()
    assert len(lines) == 1
    answer = json.loads(lines[0])
    assert len(answer.pop("reasons")) == answer["skipped"]
    return answer, err.getvalue()


def counted(created=0, updated=0, unchanged=0, skipped=0, warnings=0):
    return {
        "created": created,
        "updated": updated,
        "unchanged": unchanged,
        "skipped": skipped,
        "warnings": warnings,
    }


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "2015-03-11-how-we-work.md").write_text(POST)
    return tmp_path


def page():
    return AssetPage.objects.get(slug="how-we-work")


def test_post_becomes_a_draft_with_author_topics_and_date(folder, marketer):
    answer, said = run(folder, "--user", "marketer")
    assert answer == counted(created=1, warnings=2)
    piece = page()
    assert (piece.title, piece.live, piece.summary, piece.owner) == ("How we work", False, "In short.", marketer)
    assert piece.first_published_at == datetime(2015, 3, 11, 12, tzinfo=UTC)
    assert piece.author.name == "Maren Holt"
    assert sorted(topic.name for topic in piece.topics.all()) == ["agile", "open source"]
    assert (piece.primary_stage, [block.block_type for block in piece.body]) == (None, ["text"])
    assert "New topics: agile, open source" in said
    assert "2015-03-11-how-we-work.md:10: Template code kept as text: {% shortcode %}" in said
    assert "left out: kate" in said


def test_published_at_the_original_date_and_found_on_the_site(folder, client):
    run(folder, "--publish")
    piece = page()
    assert (piece.live, piece.first_published_at) == (True, datetime(2015, 3, 11, 12, tzinfo=UTC))
    assert client.get(piece.url).status_code == 200


def test_second_run_changes_nothing(folder):
    run(folder)
    before = page().latest_revision_id
    assert run(folder)[0] == counted(unchanged=1)
    assert (AssetPage.objects.count(), page().latest_revision_id) == (1, before)


def test_same_file_from_another_source_is_another_piece(folder):
    run(folder, "--source", "one")
    assert run(folder, "--source", "two")[0]["created"] == 1
    assert list(AssetPage.objects.order_by("pk").values_list("slug", flat=True)) == ["how-we-work", "how-we-work-2"]


def change(folder):
    path = folder / "2015-03-11-how-we-work.md"
    path.write_text(POST.replace("How we work", "How we work now"))


def test_changed_file_updates_a_live_piece_that_nobody_works_on(folder):
    run(folder, "--publish")
    change(folder)
    assert run(folder)[0]["updated"] == 1
    assert (page().title, page().live, page().slug) == ("How we work now", True, "how-we-work")
    assert page().has_unpublished_changes is False


def test_changed_file_does_not_publish_over_an_editors_draft(folder):
    run(folder, "--publish")
    draft = page()
    draft.summary = "An editor is at work"
    draft.save_revision()
    change(folder)
    answer, said = run(folder)
    assert answer["updated"] == 1
    assert page().title == "How we work"
    assert page().get_latest_revision_as_object().title == "How we work now"
    assert "The piece has unpublished changes" in said


@pytest.mark.parametrize(
    ("hold", "why"),
    [
        ("lock", "It is locked"),
        ("schedule", "or scheduled to be published"),
        ("review", "It is in review"),
    ],
)
def test_changed_file_waits_for_a_piece_that_somebody_has(folder, editor, hold, why):
    run(folder, *(["--publish"] if hold != "schedule" else []))
    held = page()
    if hold == "lock":
        type(held).objects.update(locked=True, locked_by=editor, locked_at=clock.now())
    elif hold == "schedule":
        held.go_live_at = clock.now() + timedelta(days=2)
        held.save_revision(user=editor).publish(user=editor, skip_permission_checks=True)
    else:
        held.save_revision(user=editor)
        Workflow.objects.exclude(name="Sales signs").first().start(held, editor)
    before = page().latest_revision_id
    change(folder)
    answer, said = run(folder)
    assert (answer["updated"], answer["skipped"]) == (0, 1)
    assert why in said
    assert page().latest_revision_id == before
    type(held).objects.update(locked=False)
    if hold == "lock":
        assert run(folder)[0]["updated"] == 1


def test_changed_file_leaves_a_draft_a_draft_and_keeps_the_editors_topics(folder):
    run(folder)
    draft = page()
    draft.topics.add(Topic.objects.create(name="Ours", slug="ours"))
    draft.save_revision()
    change(folder)
    run(folder, "--publish")
    assert page().live is False
    assert len(page().get_latest_revision_as_object().topics.all()) == 3


def test_bad_files_are_rows_and_the_rest_goes_on(folder):
    (folder / "bad.md").write_text("---\ntitle: a: b\n---\nText")
    (folder / "sub").mkdir()
    (folder / "sub" / "empty.md").write_text("---\ntitle: x\n---\n")
    answer, said = run(folder)
    assert answer == counted(created=1, skipped=2, warnings=2)
    assert "Skipped bad.md:2: The front matter is not YAML" in said
    assert "Skipped sub/empty.md:1: There is nothing below the front matter" in said


@pytest.mark.parametrize("text", ["<div>" * 3000, "<blockquote><ul><li>x" * 34], ids=["bottomless", "deep"])
def test_file_with_bottomless_elements_stops_no_other(folder, text):
    (folder / "1-deep.md").write_text("---\ntitle: Deep\nauthor: Nobody\n---\n" + text)
    answer, said = run(folder)
    assert answer == counted(created=1, skipped=1, warnings=2)
    assert "Skipped 1-deep.md: Its elements stand inside each other too deeply" in said
    assert not AssetPage.objects.filter(title="Deep").exists()


def test_authors_and_topics_are_made_once(folder):
    (folder / "two.md").write_text(POST)
    run(folder)
    assert (Author.objects.count(), Topic.objects.count(), ImportedItem.objects.count()) == (2, 2, 2)


def test_picture_in_the_folder_is_taken_over_once_and_no_other(tmp_path):
    picture = BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    posts = tmp_path / "posts"
    posts.mkdir()
    (posts / "red.png").write_bytes(picture.getvalue())
    (posts / "fake.png").write_text("not a picture")
    (tmp_path / "out.png").write_bytes(picture.getvalue())
    body = "![A red square](red.png)\n\n![same](/red.png)\n\n![no](../out.png)\n\n![no](fake.png)\n"
    (posts / "post.md").write_text(f"---\ntitle: Red\nimage: red.png\n---\n{body}")
    answer, _said = run(posts)
    piece = AssetPage.objects.get()
    assert answer["warnings"] == 2
    assert LibraryImage.objects.count() == 1
    assert piece.cover == LibraryImage.objects.get()
    assert [block.block_type for block in piece.body] == ["image", "image", "text"]
    assert piece.body[0].value.contextual_alt_text == "A red square"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["missing-folder"], "is not a folder"),
        (["."], "holds no .md or .markdown file"),
        ([".", "--user", "nobody"], "There is no user 'nobody'"),
    ],
)
def test_wrong_call_says_what_to_give(tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=message):
        call_command("import_markdown", *options)


@pytest.mark.data
@pytest.mark.slow
def test_real_blog_is_brought_in_whole_and_only_once(data, client):
    posts = data / "blog_18f" / "posts"
    answer, _said = run(posts, "--publish")
    assert answer["created"] + answer["skipped"] == 352
    assert answer["created"] == 352
    assert run(posts)[0] == counted(unchanged=352)
    for piece in AssetPage.objects.order_by("pk")[::14]:
        response = client.get(piece.url)
        assert response.status_code == 200
        text = response.content.decode()
        assert "&amp;amp;" not in text
        assert "&lt;p&gt;" not in text
