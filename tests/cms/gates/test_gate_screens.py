"""The screens of gates: making one, how it does, what was sent, and who may see whom."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from cms import policy
from cms.models import Gate, GateDay, GateSubmission
from nurture import erasing
from nurture.contacts.models import Contact
from tests.cms.gates.conftest import VISITOR

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]


def question(**said):
    return {
        "label": "Your role",
        "help_text": "",
        "field_type": "singleline",
        "fills": "job_title",
        "choices": "",
    } | said


def form(*questions, **said):
    filled = {"name": "Short", "heading": "Where to?", "intro": "", "button": "Get it", "asks_email": "on"}
    return nested_form_data(filled | {"questions": inline_formset(questions)} | said)


def test_editor_makes_a_gate_and_history_has_it(client, editor):
    client.force_login(editor)
    answer = client.post(reverse("gates:add"), form(question(), question(label="Size", fills="", field_type="number")))
    assert answer.status_code == 302, answer.context["form"].errors
    made = Gate.objects.get()
    assert [(one.label, one.fills, one.required) for one in made.questions.all()] == [
        ("Your role", "job_title", False),
        ("Size", "", False),
    ]
    assert ModelLogEntry.objects.get(action="wagtail.create").object_id == str(made.pk)


@pytest.mark.parametrize(
    ("questions", "words"),
    [
        ([question(field_type="radio")], "Write the answers to choose from"),
        ([question(), question(label="Again")], "fills it already"),
        ([question(label="")], "This field is required"),
    ],
)
def test_question_that_cannot_be_asked_is_refused_with_the_reason(client, editor, questions, words):
    client.force_login(editor)
    answer = client.post(reverse("gates:add"), form(*questions))
    assert words in answer.content.decode()
    assert Gate.objects.count() == 0


def fill_some(gate, piece, number):
    for n in range(number):
        GateSubmission.objects.create(
            gate=gate,
            asset=piece,
            asset_title=piece.title,
            state="taken",
            email=f"n{n}@brack.example",
            answers=[{"question": gate.questions.first().pk, "label": "Role", "fills": "", "value": "=1+1"}],
            posted_at=piece.first_published_at,
        )


def test_list_counts_opened_and_sent_in_the_same_queries(client, marketer, gate, piece, django_assert_num_queries):
    client.force_login(marketer)
    address = reverse("gates:index")
    GateDay.objects.create(gate=gate, asset=piece, day="2026-01-01", opened=8)
    fill_some(gate, piece, 2)
    page = client.get(address).content.decode()
    assert "25 %" in page
    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(address)
    for name in ("B", "C"):
        Gate.objects.create(name=name)
    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(address)


QUERIES_OF_LIST = 12


def test_gate_shows_where_it_stands_and_how_it_does(client, marketer, gate, piece, make_gated, stages):
    stages[2].default_gate = gate
    stages[2].save()
    by_stage = make_gated("By its stage", gate=None)
    GateDay.objects.create(gate=gate, asset=piece, day="2026-01-01", opened=4)
    fill_some(gate, piece, 1)
    client.force_login(marketer)
    page = client.get(reverse("gates:inspect", args=[gate.pk])).content.decode()
    assert "Opened 4 times, sent 1 times: 25 %" in page
    assert by_stage.title in page
    assert "three" in page


def test_gate_that_is_used_is_kept_and_says_why(client, marketer, gate, piece):
    client.force_login(marketer)
    client.post(reverse("gates:delete", args=[gate.pk]))
    assert Gate.objects.filter(pk=gate.pk).exists()


def test_sent_forms_page_by_key_and_are_for_those_with_the_right(client, make_user, gate, piece, marketer):
    fill_some(gate, piece, 27)
    address = reverse("gates:sent", args=[gate.pk])
    for group, status in ((policy.EDITOR, 302), (policy.SALESPERSON, 302), (policy.SALES_MANAGER, 200)):
        client.force_login(make_user(group, group))
        answer = client.get(address)
        assert (answer.status_code == 200) == (status == 200), group
        for path in ("gates:export", "gates:sent"):
            refused = client.post(reverse(path, args=[gate.pk])).status_code
            assert (refused == 200) == (status == 200), (group, path)
    client.force_login(marketer)
    page = client.get(address)
    assert len(page.context["rows"]) == 25
    older = client.get(f"{address}?before={page.context['next_key']}")
    assert (len(older.context["rows"]), older.context["next_key"]) == (2, None)
    assert client.get(f"{address}?before=nonsense&show=nonsense").status_code == 200


def test_sent_forms_take_the_same_queries(client, marketer, gate, piece, django_assert_num_queries):
    client.force_login(marketer)
    address = reverse("gates:sent", args=[gate.pk])
    for number in (1, 3):
        fill_some(gate, piece, number)
        client.get(address)
        with django_assert_num_queries(QUERIES_OF_SENT):
            client.get(address)


QUERIES_OF_SENT = 12


def test_export_calculates_nothing_and_stands_in_history(client, marketer, gate, piece):
    fill_some(gate, piece, 2)
    client.force_login(marketer)
    assert client.get(reverse("gates:export", args=[gate.pk])).status_code == 405
    answer = client.post(reverse("gates:export", args=[gate.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert len(text.splitlines()) == 3
    assert "'=1+1" in text
    assert ModelLogEntry.objects.get(action="gate.export").user == marketer


def test_erased_contact_is_in_no_form_any_more_and_export_holds_what_they_sent(reader, admin):
    reader.fill(visitor=VISITOR, role="Buyer of ice")
    contact = Contact.objects.get()
    assert erasing.export(contact)["forms"][0]["answers"][1]["value"] == "Buyer of ice"
    erasing.erase(contact, admin)
    row = GateSubmission.objects.get()
    assert (row.email, row.answers, row.subject, row.visitor) == ("", [], None, None)


def test_piece_without_gate_or_stage_cannot_be_gated(make_piece):
    with pytest.raises(Exception, match="Choose a gate"):
        make_piece("A", audience="gated")


def test_editor_sees_what_becomes_of_the_files(client, admin, make_gated, stages, piece):
    client.force_login(admin)
    early = make_gated("Early", gate=None, primary_stage=stages[0])
    page = client.get(reverse("wagtailadmin_pages:edit", args=[early.pk])).content.decode()
    assert "its files are open" in page
    page = client.get(reverse("wagtailadmin_pages:edit", args=[piece.pk])).content.decode()
    assert "behind the gate “Papers”" in page
