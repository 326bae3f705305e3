"""Library › Import: the form, who may use it, what it refuses and in which words, what it costs."""

import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cms import clock, jobs, policy
from cms.admin import imports
from cms.importers import fetched, fetching, kinds
from cms.models import AssetPage, ImportBatch, Job
from tests.cms.importers.test_archives import packed
from tests.cms.importers.test_uploads import blog, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def address():
    return reverse("imports:new", args=["markdown"])


def send(client, content, name="blog.zip", kind="markdown", **values):
    file = SimpleUploadedFile(name, content) if content is not None else ""
    return client.post(reverse("imports:new", args=[kind]), {"file": file, "source": "Blog", **values})


def errors(answer):
    return dict(answer.context["form"].errors)


def work():
    while jobs.run_slice():
        pass
    return ImportBatch.objects.first()


def agree(client, row, **values):
    return client.post(reverse("imports:write", args=[row.pk]), values)


def test_upload_is_looked_through_then_written_and_can_be_taken_back(client, marketer):
    client.force_login(marketer)
    answer = send(client, blog(2, ("blog/bad.md", "no title")))
    assert (answer.status_code, answer["Location"]) == (302, reverse("jobs:detail", args=[Job.objects.get().pk]))
    row = work()
    screen = reverse("imports:batch", args=[row.pk])
    page = client.get(answer["Location"])
    assert page.context["way_on"] == ("See what it would do", screen)
    assert "bad.md:1" in page.content.decode()
    assert AssetPage.objects.count() == 0
    assert "Bring in 2 pieces" in client.get(screen).content.decode()
    answer = agree(client, row, publish="on")
    assert AssetPage.objects.count() == 0
    work()
    page = client.get(answer["Location"])
    assert (page.context["summary"]["created"], page.context["summary"]["skipped"]) == (2, 1)
    assert page.context["way_on"] == ("Classify the pieces", reverse("assets:index") + "?missing=stage")
    assert AssetPage.objects.live().count() == 2
    assert "Undo this import" in client.get(screen).content.decode()
    client.post(reverse("imports:undo", args=[row.pk]))
    work()
    assert AssetPage.objects.count() == 0
    assert "Undo this import" not in client.get(screen).content.decode()
    assert "Undone" in client.get(reverse("imports:index")).content.decode()


def test_discarded_is_not_written(client, marketer):
    client.force_login(marketer)
    send(client, blog(1))
    row = work()
    client.post(reverse("imports:discard", args=[row.pk]))
    agree(client, row)
    work()
    assert AssetPage.objects.count() == 0


def test_owner_sees_the_job_a_colleague_the_import_and_strangers_neither(client, make_user, stranger, owner, address):
    first, second = make_user("first", policy.EDITOR), make_user("second", policy.EDITOR)
    client.force_login(first)
    job = send(client, blog(1))["Location"]
    screen = reverse("imports:batch", args=[work().pk])
    seen = {}
    for user in (first, second, owner, stranger):
        client.force_login(user)
        seen[user] = tuple(client.get(path).status_code for path in (address, screen, job))
    # A salesperson may have jobs but not import: back to the admin's home, as Wagtail does.
    assert seen == {first: (200, 200, 200), second: (200, 200, 404), owner: (302, 302, 404), stranger: (302, 302, 302)}
    client.force_login(owner)
    assert send(client, blog(1)).status_code == 302
    assert ImportBatch.objects.count() == 1


def test_undo_is_for_who_imported_and_for_marketers(client, make_user, stranger, owner):
    first, second = make_user("first", policy.EDITOR), make_user("second", policy.EDITOR)
    client.force_login(first)
    send(client, blog(1))
    agree(client, work())
    row = work()
    for user, status in ((second, 404), (owner, 302), (stranger, 302), (first, 302)):
        assert (row.state, AssetPage.objects.count()) == (ImportBatch.State.WRITTEN, 1)
        client.force_login(user)
        assert client.post(reverse("imports:undo", args=[row.pk])).status_code == status
        row = work()
    assert (row.state, AssetPage.objects.count()) == (ImportBatch.State.UNDONE, 0)


@pytest.mark.parametrize(
    ("content", "name", "field", "words"),
    [
        (None, "", "file", "No file was chosen. Choose one of these: .zip, .md, .markdown."),
        (b"", "blog.zip", "file", "The file is empty. Choose another one."),
        (b"x", "blog.tar.gz", "file", "It is none of these: .zip, .md, .markdown. Choose such a file."),
        (b"x" * (3 * 1024 * 1024), "a.md", "file", "A single file is at most 2 MB."),
        (b"not a zip", "blog.zip", "file", "This is not a .zip file, or it is damaged. Pack the folder as .zip again"),
        (packed("../a.md"), "blog.zip", "file", "“../a.md” would be written outside its folder."),
    ],
)
def test_what_cannot_be_taken_is_an_error_at_the_field(content, name, field, words, client, marketer):
    client.force_login(marketer)
    answer = send(client, content, name)
    assert answer.status_code == 200
    assert list(errors(answer)) == [field]
    assert errors(answer)[field][0].startswith(words)
    assert "Nothing was brought in." in answer.content.decode()
    assert Job.objects.count() == 0


def test_file_over_the_limit_is_refused(client, marketer, monkeypatch):
    monkeypatch.setattr(kinds.get("markdown"), "max_bytes", 100)
    client.force_login(marketer)
    words = errors(send(client, blog(3)))["file"][0]
    assert words.endswith("and at most 100\xa0bytes are taken. Upload it in parts, under the same source name.")


def test_all_that_is_wrong_is_said_at_once(client, marketer):
    client.force_login(marketer)
    assert list(errors(send(client, packed("../a.md"), source=""))) == ["file", "source"]


def test_damage_that_only_unpacking_finds_is_an_error_too(client, marketer):
    client.force_login(marketer)
    content = packed(("a.md", post("One")), method=zipfile.ZIP_STORED).replace(b"Text of One", b"Text of two")
    assert errors(send(client, content))["file"][0].startswith("This is not a .zip file, or it is damaged.")
    assert Job.objects.count() == 0


def test_source_needs_a_name_and_the_known_spelling_wins(client, marketer):
    client.force_login(marketer)
    assert list(errors(send(client, blog(1), source=" "))) == ["source"]
    send(client, blog(1), source="Our  blog")
    work()
    send(client, blog(1), source="our BLOG")
    assert ImportBatch.objects.first().name == "Our blog"


def test_second_upload_waits_for_the_first_of_the_same_source(client, marketer):
    client.force_login(marketer)
    send(client, blog(1))
    assert errors(send(client, blog(1))) == {
        "source": ["An import of this source is under way. Wait until it has ended."]
    }
    assert send(client, blog(1), source="Another").status_code == 302


def test_editor_who_may_not_publish_cannot_tick_it(client, editor):
    client.force_login(editor)
    send(client, post("One").encode(), "one.md")
    row = work()
    page = client.get(reverse("imports:batch", args=[row.pk]))
    assert page.context["form"].fields["publish"].disabled is True
    agree(client, row, publish="on")
    assert work().options["publish"] is False
    assert AssetPage.objects.live().count() == 0


def test_who_may_not_add_pages_is_told_so(client, marketer):
    client.force_login(marketer)
    marketer.groups.get().page_permissions.all().delete()
    answer = send(client, blog(1))
    assert errors(answer)["__all__"][0].startswith("You may not add pages under the home page.")
    assert "Ask somebody who manages the groups." in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_screen_costs_the_same_with_one_import_and_with_three(rows, client, marketer, django_assert_num_queries):
    for n in range(rows):
        job = jobs.start("import", "x", {"batch": 0}, marketer)
        ImportBatch.objects.create(
            kind="markdown", source=f"markdown:s{n}", file="x", user=marketer, job=job, started_at=clock.now()
        )
    client.force_login(marketer)
    client.get(reverse("imports:index"))
    with django_assert_num_queries(11):
        answer = client.get(reverse("imports:index"))
    assert [row.name for row in answer.context["batches"]] == [f"s{n}" for n in reversed(range(rows))]
    with django_assert_num_queries(12):
        client.get(reverse("imports:batch", args=[ImportBatch.objects.first().pk]))


def test_imports_are_paged_and_an_empty_list_says_what_to_do(client, marketer, monkeypatch):
    client.force_login(marketer)
    assert "Nothing was brought in yet." in client.get(reverse("imports:index")).content.decode()
    for n in range(3):
        ImportBatch.objects.create(kind="markdown", source=f"markdown:s{n}", file="x", started_at=clock.now())
    monkeypatch.setattr(imports, "PAGE_SIZE", 2)
    key = client.get(reverse("imports:index")).context["next_key"]
    older = client.get(reverse("imports:index"), {"before": key}).context
    assert ([row.name for row in older["batches"]], older["next_key"]) == (["s0"], None)


def test_feed_is_fetched_from_its_address_by_the_job_and_a_refusal_says_why(client, marketer, monkeypatch):
    def refuses(address, most_bytes):
        raise fetching.FetchError("the host answered 404")

    client.force_login(marketer)
    monkeypatch.setattr(fetching, "fetch", refuses)
    assert errors(send(client, None, kind="feed")) == {"file": ["Choose a file, or give an address."]}
    values = {"kind": "feed", "address": "https://a.example/feed"}
    job = send(client, None, **values)["Location"]
    assert work().state == ImportBatch.State.OPEN
    assert "https://a.example/feed was not fetched: the host answered 404." in client.get(job).content.decode()
    feed = (
        b"<rss version='2.0'><channel><item><title>One</title><link>https://a.example/1</link></item></channel></rss>"
    )
    monkeypatch.setattr(fetching, "fetch", lambda address, most_bytes: fetching.Fetched(feed, address))
    send(client, None, point="on", **values)
    agree(client, work(), publish="on")
    work()
    assert list(AssetPage.objects.live().values_list("title", "lives_at")) == [("One", "https://a.example/1")]


def test_job_that_has_fetched_long_enough_goes_on_in_the_next_slice(client, marketer, monkeypatch):
    asked = []

    def fetch(address, most_bytes):
        asked.append(address)
        return fetching.Fetched(b"no picture", address)

    monkeypatch.setattr(fetching, "fetch", fetch)
    monkeypatch.setattr(fetched, "SLICE_SECONDS", -1)
    client.force_login(marketer)
    text = "---\ntitle: One\n---\n" + "".join(f"![{n}](https://a.example/{n}.png)\n\n" for n in range(3))
    send(client, text.encode(), "one.md")
    agree(client, work(), pictures="on")
    assert asked == []
    slices = 0
    while jobs.run_slice():
        slices += 1
    assert (slices, len(asked)) == (3, 3)
    assert ImportBatch.objects.get().counts["warnings"] == 3
    assert AssetPage.objects.count() == 1
