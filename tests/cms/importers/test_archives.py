"""Uploaded .zip files: what is in them is unpacked, and what could hurt is refused in words before it does."""

import io
import random
import stat
import struct
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cms.importers import archives
from cms.importers.archives import ArchiveError

POST = "---\ntitle: A post\n---\nText.\n"


def packed(*members, method=zipfile.ZIP_DEFLATED):
    """The bytes of a real .zip; a member is a name, or (name or ZipInfo, content)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for member in members:
            archive.writestr(*(member if isinstance(member, tuple) else (member, POST)))
    return stream.getvalue()


def unpack(content, tmp_path):
    """The paths that were written."""
    target = tmp_path / "in" / "here"
    target.mkdir(parents=True)
    archives.unpack(SimpleUploadedFile("blog.zip", content), target)
    return sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())


def link(name, to):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, to


def encrypted(content):
    """The same file, with the flag that says that its first member needs a password."""
    at = content.index(archives.ENTRY) + 8
    return content[:at] + struct.pack("<H", 1) + content[at + 2 :]


def lying(content, size):
    """The same file, whose directory claims another unpacked size for the first member."""
    at = content.index(archives.ENTRY) + 24
    return content[:at] + struct.pack("<L", size) + content[at + 4 :]


def test_posts_and_pictures_are_unpacked_and_the_rest_is_left(tmp_path):
    content = packed(
        "posts/a.md", "posts\\b.MARKDOWN", "posts/red.png", "posts/film.mp4", ".git/c.md", "__MACOSX/posts/._a.md", "d/"
    )
    assert unpack(content, tmp_path) == ["posts/a.md", "posts/b.MARKDOWN", "posts/red.png"]
    assert (tmp_path / "in" / "here" / "posts" / "a.md").read_text() == POST


NAMES_THAT_LEAVE = ("../a.md", "posts/../../a.md", "/etc/a.md", "..\\a.md", "C:\\a.md", "//server/a.md")


@pytest.mark.parametrize("name", NAMES_THAT_LEAVE)
def test_path_out_of_the_folder_is_refused_and_nothing_is_written(name, tmp_path):
    with pytest.raises(ArchiveError, match=r"would be written outside its folder\. Pack the folder itself"):
        unpack(packed("good.md", name), tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Rar!\x1a\x07 not a zip", "This is not a .zip file, or it is damaged. Pack the folder as .zip again"),
        (packed("a.md")[:-30], "This is not a .zip file, or it is damaged."),
        (packed("readme.txt", "red.png"), "There is no Markdown file in it (.md, .markdown). Pack the folder that"),
        (packed(), "There is no Markdown file in it"),
        (packed("a.md", link("b.md", "/etc/passwd")), "“b.md” is a link or a device, not a file. Put a copy"),
        (encrypted(packed("a.md")), "“a.md” is encrypted. Pack the folder without a password."),
        (packed("a.md", method=zipfile.ZIP_LZMA), "“a.md” is compressed in a way that is not read here."),
        (packed("a.md", f"{'x' * 256}.md"), "xxx…” is too long. Give it a shorter name."),
        (packed("a.md", "./a.md"), "“a.md” is in it twice."),
        (packed("a.md", "a.md/b.md"), "“a.md/b.md” lies in something that is itself a file."),
        (packed(("a.md", b"\0" * (archives.MAX_FILE + 1))), "“a.md” is larger than 10.0\xa0MB. Make it smaller"),
    ],
)
def test_file_that_cannot_be_taken_says_what_and_how_to_mend(content, words, tmp_path):
    with pytest.raises(ArchiveError) as refused:
        unpack(content, tmp_path)
    assert words in str(refused.value)


def test_bomb_of_many_files_is_refused(tmp_path):
    with pytest.raises(ArchiveError, match=r"more than 5000 files in it\. Upload it in parts"):
        unpack(packed(*(f"{n}.md" for n in range(archives.MAX_FILES + 1))), tmp_path)


def test_bomb_of_many_entries_is_refused_before_its_directory_is_read(tmp_path):
    content = packed("a.md") + archives.ENTRY * (archives.MAX_ENTRIES + 1)
    with pytest.raises(ArchiveError, match="more than 5000 files in it"):
        unpack(content, tmp_path)


def test_bomb_of_many_bytes_is_refused_before_it_is_unpacked(tmp_path):
    fat = b"\0" * archives.MAX_FILE
    content = packed("a.md", *((f"{n}.png", fat) for n in range(31)))
    assert len(content) < 1024 * 1024
    with pytest.raises(ArchiveError, match=r"larger than 300\.0\sMB\. Upload it in parts"):
        unpack(content, tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_size_that_is_a_lie_does_not_help_a_bomb(tmp_path):
    content = lying(packed(("a.md", b"\0" * 5_000_000)), 10)
    with pytest.raises(ArchiveError, match="is damaged"):
        unpack(content, tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.md")) <= 10


def test_damaged_file_is_refused_in_words_wherever_the_damage_is(tmp_path):
    good, chance = packed("posts/a.md", "posts/b.md"), random.Random(7)
    refused = 0
    for n in range(300):
        content = bytearray(good)
        for _ in range(1 + n % 4):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            unpack(bytes(content), tmp_path / str(n))
        except ArchiveError:
            refused += 1
    assert refused > 200
