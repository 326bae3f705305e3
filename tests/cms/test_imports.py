"""Library › Import: the form, who may use it, what it refuses and in which words, what it costs."""

import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cms import clock, jobs, policy
from cms.importers import archives
from cms.models import AssetPage, HomePage, ImportedItem, Job
from tests.cms.importers.test_archives import packed
from tests.cms.importers.test_uploads import blog, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def address():
    return reverse("imports:index")


def send(client, content, name="blog.zip", **values):
    file = SimpleUploadedFile(name, content) if content is not None else ""
    return client.post(reverse("imports:index"), {"file": file, "source": "Blog", **values})


def errors(answer):
    return dict(answer.context["form"].errors)


def sources(number):
    home = HomePage.objects.get()
    for n in range(number):
        page = home.add_child(instance=AssetPage(title=f"Piece {n}"))
        ImportedItem.objects.create(source=f"markdown:s{n}", key="a", page=page, imported_at=clock.now())


def test_upload_becomes_a_job_of_who_uploaded_and_its_screen_tells_the_end(client, marketer):
    client.force_login(marketer)
    answer = send(client, blog(2, ("blog/bad.md", "no title")), publish="on")
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("jobs:detail", args=[job.pk]))
    assert (job.kind, job.title, job.created_by) == ("import markdown", "Import of blog.zip as “Blog”", marketer)
    assert job.params == {"file": "blog.zip", "source": "Blog", "publish": True}
    while jobs.run_slice():
        pass
    page = client.get(answer["Location"])
    assert (page.context["summary"]["created"], page.context["summary"]["skipped"]) == (2, 1)
    assert page.context["way_on"] == ("Classify the pieces", reverse("assets:index") + "?missing=stage")
    assert "bad.md:1" in page.content.decode()
    assert AssetPage.objects.live().count() == 2


def test_owner_sees_the_job_a_colleague_does_not_and_strangers_see_no_form(client, make_user, stranger, owner, address):
    first, second = make_user("first", policy.MARKETER), make_user("second", policy.MARKETER)
    client.force_login(first)
    assert client.get(address).status_code == 200
    screen = send(client, blog(1))["Location"]
    seen = {}
    for user in (first, second, owner, stranger):
        client.force_login(user)
        seen[user] = (client.get(address).status_code, client.get(screen).status_code)
    # A salesperson may have jobs but not import: back to the admin's home, as Wagtail does.
    assert seen == {first: (200, 200), second: (200, 404), owner: (302, 404), stranger: (302, 302)}
    client.force_login(owner)
    assert send(client, blog(1)).status_code == 302
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "field", "words"),
    [
        (None, "", "file", "No file was chosen. Choose a .zip or a .md file."),
        (b"", "blog.zip", "file", "The file is empty. Choose another one."),
        (b"x", "blog.tar.gz", "file", "This is no .zip, .md or .markdown file. Pack the folder of the posts as .zip."),
        (b"x" * (3 * 1024 * 1024), "a.md", "file", "It has 3.0\xa0MB, and at most 2.0\xa0MB are taken."),
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
    monkeypatch.setattr(archives, "MAX_UPLOAD", 100)
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
    while jobs.run_slice():
        pass
    send(client, blog(1), source="our BLOG")
    assert Job.objects.first().params["source"] == "Our blog"


def test_second_upload_waits_for_the_first_of_the_same_source(client, marketer):
    client.force_login(marketer)
    send(client, blog(1))
    assert errors(send(client, blog(1))) == {
        "source": ["An import of this source is under way. Wait until it has ended."]
    }
    assert send(client, blog(1), source="Another").status_code == 302


def test_editor_who_may_not_publish_cannot_tick_it(client, editor, address):
    client.force_login(editor)
    assert client.get(address).context["form"].fields["publish"].disabled is True
    send(client, post("One").encode(), "one.md", publish="on")
    assert Job.objects.get().params["publish"] is False


def test_who_may_not_add_pages_is_told_so(client, marketer):
    client.force_login(marketer)
    marketer.groups.get().page_permissions.all().delete()
    answer = send(client, blog(1))
    assert errors(answer)["__all__"][0].startswith("You may not add pages under the home page.")
    assert "Ask somebody who manages the groups." in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_form_costs_the_same_with_one_source_and_with_three(rows, client, marketer, address, django_assert_num_queries):
    sources(rows)
    client.force_login(marketer)
    client.get(address)
    with django_assert_num_queries(12):
        answer = client.get(address)
    assert [(row["name"], row["pieces"]) for row in answer.context["sources"]] == [
        (f"s{n}", 1) for n in reversed(range(rows))
    ]
