"""The skeleton that a draft begins with: the headings of its format, and nothing of what was said in the brief."""

import pytest

from editorial import schedule
from editorial.models import BriefAnswer, BriefPoint


@pytest.fixture(autouse=True)
def _questions(db):
    for number, (format_, text, heading) in enumerate(
        [
            ("", "Whose example?", ""),
            ("case_study", "Where did they stand?", "Where they <stood>"),
            ("", "What comes of it?", "What came of it"),
            ("webinar", "Who speaks?", "Speakers"),
        ]
    ):
        BriefPoint.objects.create(format=format_, text=text, heading=heading, sort_order=100 + number)


def bodies(page):
    return [(block.block_type, block.value.source) for block in page.get_latest_revision_as_object().body]


def test_a_draft_begins_with_the_headings_of_its_format(make_entry, marketer):
    entry = make_entry("Doors", format="case_study")
    point = BriefPoint.objects.get(text="What comes of it?")
    BriefAnswer.objects.create(entry=entry, point=point, text="Ask Ines, she is cross")
    page = schedule.start_draft(entry, marketer)
    assert bodies(page) == [
        ("text", "<h2>Where they &lt;stood&gt;</h2><p></p>"), ("text", "<h2>What came of it</h2><p></p>"),
    ]  # fmt: skip
    assert schedule.start_draft(entry, marketer) == page  # once


def test_without_headings_a_draft_is_empty(make_entry, marketer):
    BriefPoint.objects.update(heading="")
    assert bodies(schedule.start_draft(make_entry("Doors"), marketer)) == []


def test_the_editor_opens_the_skeleton_and_the_team_keeps_the_headings(client, marketer, make_entry):
    page = schedule.start_draft(make_entry("Doors"), marketer)
    client.force_login(marketer)
    assert "What came of it" in client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    said = {"text": "For whom?", "format": "", "heading": "For whom"}
    assert client.post("/admin/newsroom/brief-questions/new/", said).status_code == 302
    assert "Every format" in client.get("/admin/newsroom/brief-questions/").content.decode()
    assert BriefPoint.objects.get(text="For whom?").heading == "For whom"
