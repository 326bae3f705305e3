"""What happened away from any browser: by form, file and API it comes into the ledger, once, and onto the timeline."""

import io
import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from cms import clock, jobs
from cms.importers import uploads
from cms.models import Job
from nurture import pipeline
from nurture.contacts import engagements, offline, timeline
from nurture.contacts.models import Contact, Engagement
from nurture.rules import causes, triggers
from nurture.rules.choices import KIND_LABELS
from tests import ledger
from tracking import accounts, told
from tracking.kinds import KINDS, OFFLINE_KINDS
from tracking.models import Event

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
HEADER = "Mail address,What,Date,About,Note,Piece\n"


@pytest.fixture
def ines(make_contact):
    return make_contact("ines")


@pytest.fixture
def piece(make_asset):
    return make_asset("How cold is cold")


def form(**changes):
    at = f"{clock.now() - timedelta(hours=1):%Y-%m-%d %H:%M}"
    values = {
        "kind": "meeting_held",
        "occurred_at": at,
        "about": "Dock doors",
        "note": "Wants a trial",
        "uuid": uuid4(),
    }
    return values | changes


def lines(contact):
    while pipeline.react():
        pass
    return [(entry.text, entry.note) for entry in timeline.read(contact).entries]


def test_every_kind_has_its_words_for_rules():
    assert set(KIND_LABELS) == set(KINDS)


def test_a_meeting_is_told_once_and_stands_on_the_timeline(client, marketer, ines):
    client.force_login(marketer)
    place = reverse("nurture:contact_happened", args=[ines.pk])
    assert "Add what happened" in client.get(place).content.decode()
    said = form()
    for _ in range(2):
        assert client.post(place, said).url == reverse("nurture:contact", args=[ines.pk])
    assert Event.objects.get().verdict == "human"
    assert accounts.balance().holds
    assert ("Met us about ‘Dock doors’", "Wants a trial") in lines(ines)


def test_the_future_has_not_happened(client, marketer, ines):
    client.force_login(marketer)
    later = f"{clock.now() + timedelta(days=1):%Y-%m-%d %H:%M}"
    answer = client.post(reverse("nurture:contact_happened", args=[ines.pk]), form(occurred_at=later))
    assert (answer.status_code, "in the future" in answer.content.decode()) == (422, True)
    assert not Event.objects.exists()


def test_only_who_may_change_a_contact_tells_of_them(client, owner, colleague, stranger, ines):
    place = reverse("nurture:contact_happened", args=[ines.pk])
    client.force_login(owner)
    assert client.get(place).status_code == 200
    for person, status in ((colleague, 404), (stranger, 302)):
        client.force_login(person)
        assert client.get(place).status_code == status
        assert client.post(place, form()).status_code == status
    assert client.get(reverse("nurture:happenings_import")).status_code == 302
    assert not Event.objects.exists()


def test_what_a_browser_claims_about_somebody_is_not_believed(ines):
    now = clock.now()
    claim = {"subject": ines.subject.hex}
    event = Event(uuid=uuid4(), kind="page_viewed", occurred_at=now, received_at=now, source="script", properties=claim)
    ledger.store(event)
    assert told.subject(event) is None
    assert engagements.record([event], {}) == []


def test_a_rule_can_wait_for_a_call(ines, piece):
    offline.tell(ines, "call_made", clock.now(), "staff", uuid4(), asset_id=piece.pk)
    lines(ines)
    cause = causes.from_engagement(Engagement.objects.get())
    tags = triggers.Tags.load()
    assert triggers.AssetEngaged.matches(cause, {"kinds": ["call_made"]}, tags)
    assert not triggers.AssetEngaged.matches(cause, {"kinds": ["meeting_held"]}, tags)


@pytest.fixture
def file(ines, piece, tmp_path):
    rows = [
        f"INES@example.com,event_attended,2026-03-31,Forum,,{piece.slug}",
        "ines@example.com,Call made,2026-03-30T14:30:00+02:00,,Asked for prices,",
        "nobody@example.com,call_made,2026-03-30,,,",
        "ines@example.com,tea_drunk,2026-03-30,,,",
        "ines@example.com,call_made,31.3.2026,,,",
        "ines@example.com,call_made,2199-01-01,,,",
        "ines@example.com,call_made,2026-03-30,,,no-such-piece",
    ]
    path = tmp_path / "events.csv"
    path.write_bytes((HEADER + "\n".join(rows)).encode())
    return path


def test_a_file_is_brought_in_once_with_a_reason_for_each_row_that_is_not(file, ines, piece):
    out = io.StringIO()
    call_command("import_events", str(file), stdout=out)
    call_command("import_events", str(file), stdout=out)
    first, again = (json.loads(line) for line in out.getvalue().splitlines())
    assert (first["created"], first["duplicate"], again["created"], again["duplicate"]) == (2, 0, 0, 2)
    assert [(row["line"], row["why"]) for row in first["refused"]] == [
        (4, "No contact has the address “nobody@example.com”"),
        (5, "“tea_drunk” is not known"),
        (6, "“31.3.2026” is no time"),
        (7, "“2199-01-01” is not between 1990 and now"),
        (8, "No piece is at “no-such-piece”"),
    ]
    found = Event.objects.order_by("occurred_at").values_list("kind", "asset_id", "properties__about")
    assert list(found) == [("call_made", None, None), ("event_attended", piece.pk, "Forum")]
    assert {text for text, _note in lines(ines)} >= {"Attended ‘Forum’", "Talked to us on the phone"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"email,kind\na@b.example,call_made", "No column for: When"),
        (b"email,kind,date\n", "no rows"),
        (b"email,kind,date\n\xff\xfe", "Line 2 is not UTF-8"),
    ],
    ids=["a column is missing", "empty", "another encoding"],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(tmp_path, data, why):
    (tmp_path / "x.csv").write_bytes(data)
    with pytest.raises(CommandError, match=why):
        call_command("import_events", str(tmp_path / "x.csv"))


def test_a_file_goes_from_upload_over_its_columns_to_a_report(client, marketer, file, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    client.force_login(marketer)
    with file.open("rb") as stream:
        place = client.post(reverse("nurture:happenings_import"), {"file": stream}).url
    uploads.sweep()  # somebody brings in a blog meanwhile
    page = client.get(place).content.decode()
    assert "Talked" not in page
    assert "No contact has the address “nobody@example.com”" in page
    token = place.partition("file=")[2]
    lacking = {"file": token, "email": "Mail address", "kind": "What", "occurred_at": ""}
    assert "No column for: When" in client.get(reverse("nurture:happenings_columns"), lacking).content.decode()
    names = {"email": "Mail address", "kind": "What", "occurred_at": "Date", "about": "About", "piece": "Piece"}
    client.post(reverse("nurture:happenings_columns"), {"file": token} | names)
    jobs.run_slice()
    row = Job.objects.get()
    assert (row.state, row.report["summary"]) == ("done", {"created": 2, "duplicate": 0, "refused": 5})
    assert not list((tmp_path / "happenings").iterdir())
    assert "No piece is at" in client.get(reverse("jobs:detail", args=[row.pk])).content.decode()


def test_somebody_elses_upload_is_not_found(client, marketer, make_user, file, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    client.force_login(marketer)
    with file.open("rb") as stream:
        place = client.post(reverse("nurture:happenings_import"), {"file": stream}).url
    client.force_login(make_user("manager", "Sales manager"))
    assert client.get(place).status_code == 404


def test_the_api_takes_what_happened_with_those_one_may_change(client, owner, colleague, ines):
    said = {"uuid": str(UUID(int=9)), "contact": str(ines.subject), "kind": "call_made", "note": "Later"}
    said["occurred_at"] = (clock.now() - timedelta(hours=2)).isoformat()

    def post(**changes):
        return client.post("/api/v1/events", said | changes, content_type="application/json")

    client.force_login(colleague)
    assert post().status_code == 404
    client.force_login(owner)
    assert [(post().status_code, post().json()["state"])] == [(201, "duplicate")]
    for name, value in {"kind": "page_viewed", "occurred_at": "2026-01-01T10:00:00", "asset": 99999}.items():
        answer = post(**{name: value})
        assert (answer.status_code, answer.json()["detail"].partition(":")[0]) == (422, name)
    assert Event.objects.get().kind in OFFLINE_KINDS
    assert Contact.objects.count() == 1


def test_nul_is_told_as_a_mark_that_every_database_stores(client, owner, ines):
    client.force_login(owner)
    said = {"uuid": str(uuid4()), "contact": str(ines.subject), "kind": "call_made", "about": "a\0", "note": "\0b"}
    said["occurred_at"] = (clock.now() - timedelta(hours=2)).isoformat()
    assert client.post("/api/v1/events", said, content_type="application/json").status_code == 201
    kept = Event.objects.get().properties
    assert (kept["about"], kept["note"]) == ("a\ufffd", "\ufffdb")


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"], ids=["first", "last"])
def test_the_edge_of_time_is_refused_in_words(text):
    with pytest.raises(offline.FileError, match="not between 1990 and now"):
        offline.moment(text)


def test_a_row_about_somebody_forgotten_is_refused(client, marketer, ines, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    Contact.objects.update(erased_at=clock.now())
    client.force_login(marketer)
    rows = SimpleUploadedFile("x.csv", b"email,kind,date\nines@example.com,call_made,2026-03-30\n")
    place = client.post(reverse("nurture:happenings_import"), {"file": rows}).url
    assert "No contact has the address “ines@example.com”" in client.get(place).content.decode()


def test_rows_cost_the_same_for_any_number(ines, django_assert_num_queries):
    offline.tell(ines, "call_made", offline.moment("2026-03-01"), "staff", uuid4())  # its month is there
    literal = 11 if connection.vendor == "sqlite" else 12
    for number in (1, 4):
        rows = "".join(f"ines@example.com,call_made,2026-03-{day:02},,{number},\n" for day in range(1, number + 1))
        sheet = offline.read((HEADER + rows).encode())
        columns = offline.mapping(sheet.header)
        with django_assert_num_queries(literal):
            assert [report.created for _done, report in offline.bring_in(sheet, columns)] == [number]
