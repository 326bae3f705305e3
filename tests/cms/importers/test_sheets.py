"""Inventories: loosely named columns, cells as people fill them, and files that are meant to hurt."""

import json
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import Workbook

from cms import jobs
from cms.importers import columns, sheets
from cms.importers.archives import ArchiveError
from cms.importers.items import Item
from cms.importers.notices import Notice
from cms.models import AssetPage, ImportBatch

CSV = """Asset name;URL;Content type;Funnel Stage;Persona(s);Owner;Last updated;Tags
Guide to pumps;https://a.example/pumps;White papers;Decision;Buyer, Engineer;marketer;31.03.2024;pumps, care
No address;;Blog;;;;;
Twice;https://a.example/pumps;Blog;;;;;
Odd;https://a.example/odd;Hologram;Nowhere;Nobody;ghost;3/4/2024;
"""


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def entries(tmp_path, content, name="source.csv"):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return [entry for entry, _at in sheets.SheetKind().reader(tmp_path, {}).entries(None)]


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (["Title", "URL", "Format", "Stage"], ["title", "url", "format", "stage"]),
        (["asset_name", "Web address", "Content-Type", "Buyer Stages"], ["title", "url", "format", "stage"]),
        (["Name", "Link", "Title", "What"], ["title", "url", "", ""]),
    ],
)
def test_columns_are_recognised_by_what_people_call_them(head, fields):
    assert columns.recognised(head) == fields


def test_row_becomes_a_piece_that_lives_elsewhere(tmp_path):
    pumps, missing, twice, odd = entries(tmp_path, CSV)
    assert (pumps.title, pumps.lives_at, pumps.format) == ("Guide to pumps", "https://a.example/pumps", "white_paper")
    assert (pumps.stage, pumps.personas, pumps.owner) == ("Decision", ["Buyer", "Engineer"], "marketer")
    assert (pumps.topics, pumps.published_at) == (["pumps", "care"], datetime(2024, 3, 31, 12, tzinfo=UTC))
    assert [type(entry) for entry in (missing, twice)] == [Notice, Notice]
    assert (missing.line, missing.why) == (3, "“” is no address on the web")
    assert (twice.line, twice.why) == (4, "It stands in row 2 already")
    assert [notice.why for notice in odd.notices] == ["There is no format “Hologram”", "“3/4/2024” is not a date"]


def test_workbook_is_read_with_its_dates_and_numbers(tmp_path):
    content = workbook(["ID", "Title", "URL", "Updated"], [7, "'=1+1", "https://a.example/x", date(2024, 3, 31)], [], [None, "B", "https://a.example/b"])  # fmt: skip # noqa: E501
    first, second = entries(tmp_path, content, "source.xlsx")
    assert (first.key, first.title, first.published_at.date()) == ("7", "=1+1", date(2024, 3, 31))
    assert (second.key, second.first_line) == ("https://a.example/b", 4)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfTitle,URL\r\nCaf\xc3\xa9,https://a.example/x\r\n",
        "Title\tURL\nCafé\thttps://a.example/x\n".encode("utf-16"),
        b"Title;URL\nCaf\xe9;https://a.example/x\n",
        b"Title|URL\nCaf\xe9\0|https://a.example/x\n",
    ],
    ids=["utf-8", "utf-16", "windows", "nul"],
)
def test_encodings_and_delimiters_of_all_programs_are_read(tmp_path, content):
    (item,) = entries(tmp_path, content)
    assert (item.title, item.lives_at) == ("Café", "https://a.example/x")


def bomb(members, size):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(f"xl/{number}.xml", b"\0" * size)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "suffix", "why"),
    [
        (b"", ".csv", "There are no rows below its head"),
        (b"Title,URL\n", ".csv", "There are no rows below its head"),
        (b"not a zip", ".xlsx", "This is no .xlsx file"),
        (workbook(["Title", "URL"], ["x", "y"])[:900], ".xlsx", "This is no .xlsx file"),
        (bomb(2, 60 * 1024 * 1024), ".xlsx", "Unpacked it would be larger than 100 MB"),
        (bomb(1001, 1), ".xlsx", "Unpacked it would be larger"),
        (b'Title,URL\n"' + b"x" * 200_000, ".csv", "It cannot be read as CSV"),
        (b"," * 200 + b"\nx", ".csv", "It has more than 100 columns"),
    ],
    ids=["empty", "head", "lie", "cut", "bomb", "members", "cell", "columns"],
)
def test_file_that_is_no_inventory_is_refused(content, suffix, why):
    with pytest.raises(ArchiveError, match=why):
        sheets.head_of(content, suffix)


def test_entities_in_a_workbook_do_not_grow():
    file = BytesIO(workbook(["Title", "URL"], ["x", "https://a.example/x"]))
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    evil = BytesIO()
    with zipfile.ZipFile(file) as good, zipfile.ZipFile(evil, "w") as bad:
        for name in good.namelist():
            text = good.read(name)
            if name.endswith("sheet1.xml"):
                text = f'<!DOCTYPE x [<!ENTITY e0 "lol">{grown}]>'.encode() + text
            bad.writestr(name, text)
    with pytest.raises(ArchiveError, match=r"This is no .xlsx file"):
        sheets.head_of(evil.getvalue(), ".xlsx")


def run(path, *options):
    out, err = StringIO(), StringIO()
    call_command("import_sheet", str(path), *options, stdout=out, stderr=err)
    return json.loads(out.getvalue()), err.getvalue()


@pytest.mark.django_db
def test_inventory_is_classified_and_its_second_run_changes_nothing(tmp_path, marketer, stages, personas):
    text = CSV.replace("Decision", str(stages[2])).replace("Buyer, Engineer", f"{personas[0]}, {personas[1]}")
    (tmp_path / "inventory.csv").write_text(text)
    answer, said = run(tmp_path / "inventory.csv", "--publish")
    assert (answer["created"], answer["skipped"], answer["warnings"]) == (2, 2, 6)
    assert "There is no stage “Nowhere”" in said
    assert "There is nobody “ghost”" in said
    page = AssetPage.objects.get(title="Guide to pumps")
    assert (page.primary_stage, set(page.personas.all()), page.owner) == (stages[2], set(personas[:2]), marketer)
    assert (page.live, page.lives_at, len(page.body)) == (True, "https://a.example/pumps", 0)
    assert run(tmp_path / "inventory.csv", "--publish")[0]["unchanged"] == 2
    (tmp_path / "inventory.csv").write_text(text.replace("Guide to pumps", "Pumps"))
    assert run(tmp_path / "inventory.csv")[0]["updated"] == 1
    assert AssetPage.objects.get(pk=page.pk).title == "Pumps"


@pytest.mark.django_db
def test_command_says_which_columns_it_left_out_and_takes_a_meaning_for_them(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("Stück,Wo,Extra\nA,https://a.example/a,x\n")
    with pytest.raises(CommandError, match="No column is: Title, Address"):
        run(path)
    with pytest.raises(CommandError, match="give one of  Stück, Wo, Extra  and a field"):
        run(path, "--column", "Nix=title")
    answer, said = run(path, "--column", "Stück=title", "--column", "Wo=url")
    assert (answer["created"], "Left out: Extra." in said) == (1, True)


@pytest.mark.django_db
def test_columns_that_say_nothing_are_asked_for_with_what_stands_in_them(
    client, marketer, owner, stranger, settings, tmp_path
):
    settings.VAR_DIR = tmp_path
    client.force_login(marketer)
    upload = SimpleUploadedFile("x.csv", "Stück,Wo,Stage\nAlpha,https://a.example/a,\n".encode())
    answer = client.post(reverse("imports:new", args=["sheet"]), {"file": upload, "source": "Inventory"})
    batch = ImportBatch.objects.get()
    screen = reverse("imports:columns", args=[batch.pk])
    assert (answer["Location"], batch.state, batch.job) == (screen, ImportBatch.State.OPEN, None)
    assert "Alpha" in client.get(screen).content.decode()
    assert screen in client.get(reverse("imports:batch", args=[batch.pk])).content.decode()
    answer = client.post(screen, {"column_0": "title"})
    assert "No column is: Address (URL). Choose it." in answer.content.decode()
    answer = client.post(screen, {"column_0": "title", "column_1": "url", "column_2": "title"})
    assert "Chosen twice: Title." in answer.content.decode()
    for user, status in ((owner, 302), (stranger, 302)):
        client.force_login(user)
        assert client.get(screen).status_code == status
    client.force_login(marketer)
    client.post(screen, {"column_0": "title", "column_1": "url", "column_2": "stage"})
    while jobs.run_slice():
        pass
    batch.refresh_from_db()
    assert (batch.state, batch.counts["created"]) == (ImportBatch.State.LOOKED, 1)
    assert client.get(screen).status_code == 404
    assert AssetPage.objects.count() == 0


def test_item_without_title_is_left_to_the_library_to_refuse(tmp_path):
    (item,) = entries(tmp_path, "Title,URL\n,https://a.example/a\n")
    assert isinstance(item, Item)
