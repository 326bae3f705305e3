"""The form before a file: two questions at a time, nothing given away, kind to people and deaf to robots."""

from uuid import uuid4

import pytest
from django.urls import reverse

from cms.gates import submissions
from cms.models import GateDay, GateQuestion, GateSubmission
from cms.models.pages import Audience
from nurture.contacts import facts, identities, people
from nurture.contacts.models import Account, Contact, FieldChange, Identity
from tests.cms.gates.conftest import OTHER, VISITOR, mailed
from tracking import consent, wordings
from tracking.models import ConsentEvent, Event

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]


def test_stranger_is_asked_address_and_two_questions_critical_ones_first(reader):
    answer = reader.open()
    assert [question.label for question in answer.context["asking"].questions] == ["Your company", "Your role"]
    assert "no-store" in answer["Cache-Control"]
    assert 'value="ines' not in answer.content.decode()
    assert GateDay.objects.get().opened == 1


def test_sent_form_makes_contact_event_and_mail_and_gives_the_file(reader, mailoutbox, piece):
    answer = reader.fill(company="Brack", role="Buyer", visitor=VISITOR)
    assert answer.status_code == 303
    found = reader.file(answer)
    assert b"".join(found.streaming_content) == b"%PDF-1.4 what it costs"
    contact = Contact.objects.get()
    assert (contact.email, contact.job_title, contact.account) == ("ines@brack.example", "Buyer", None)
    assert ("job_title", "form") in set(FieldChange.objects.values_list("field", "source"))
    sent = Event.objects.get(kind="form_submitted")
    assert (sent.asset_id, sent.properties["subject"], sent.verdict) == (piece.pk, contact.subject.hex, "human")
    assert [mail.to for mail in mailoutbox] == [["ines@brack.example"]]
    assert "/get/files/v1." in mailoutbox[0].body
    assert Identity.objects.get().kind == Identity.Kind.FORM


def test_second_visit_asks_the_next_two_and_what_was_answered_never_again(reader):
    reader.fill(visitor=VISITOR)
    assert reader.labels(VISITOR) == ["Why now?", "Your phone"]
    reader.fill(visitor=VISITOR, why="", phone="+1 555")
    # The one that was left empty may be asked once more, alone.
    assert reader.labels(VISITOR) == ["Why now?"]
    assert Contact.objects.get().phone == "+1 555"


def test_stranger_shared_and_objecting_browser_are_asked_as_if_nothing_were_known(reader):
    reader.fill(visitor=VISITOR)
    first = ["Your company", "Your role"]
    assert reader.labels() == reader.labels(OTHER) == first
    objecting = reader.open(VISITOR, headers={"Sec-GPC": "1"}).context["asking"].questions
    assert [one.label for one in objecting] == first
    reader.fill(visitor=VISITOR, email="colleague@brack.example")
    assert reader.labels(VISITOR) == first


def test_typed_address_of_somebody_known_shows_and_changes_nothing(reader, mailoutbox):
    known = people.add("boss@brack.example", "admin:1", job_title="Chief")
    reader.fill(email="Boss@Brack.example", visitor=VISITOR, company="Wrong", role="Wrong", consent_email="on")
    known.refresh_from_db()
    assert (known.job_title, known.account, ConsentEvent.objects.count()) == ("Chief", None, 0)
    assert (Identity.objects.count(), Event.objects.get().properties.get("subject")) == (0, None)
    answer = reader.open(VISITOR)
    assert "boss@" not in answer.content.decode().lower()
    assert reader.labels(VISITOR) == ["Why now?", "Your phone"]  # what this browser answered itself, no more
    reader.fill(visitor=VISITOR, email="boss@brack.example", phone="+1 666")
    assert facts.text(known, "phone") == ""


def test_browser_known_by_a_server_is_asked_only_what_is_missing(reader):
    known = people.add("ines@brack.example", "api", job_title="Buyer")
    identities.identify(known, VISITOR, Identity.Kind.API, "identify 1")
    assert reader.labels(VISITOR) == ["Your company", "Why now?"]


def test_ten_thousand_forged_keys_learn_nothing(reader, monkeypatch):
    reader.fill(visitor=VISITOR)
    for _n in range(50):  # each is one look-up by a 122-bit key
        assert reader.labels(uuid4()) == ["Your company", "Your role"]
    assert Contact.objects.count() == 1


def test_nul_in_a_hidden_field_is_left_out(reader):
    assert reader.fill(link="a\0b").status_code == 303


def test_each_ticked_box_is_a_line_of_the_consent_log_with_its_words(reader, mailoutbox, client, document):
    assert "checked" not in reader.open().content.decode().split("gate-form")[1].split("</form>")[0]
    reader.fill(consent_open_tracking="on")
    client.post(mailed(mailoutbox), {"document": document.pk, "agree": "open_tracking"})
    line = ConsentEvent.objects.get(action="given")
    assert (line.purpose, line.action, line.source) == ("open_tracking", "given", "form")
    assert line.wording == wordings.version("open_tracking")
    assert line.proof["form"] == "Papers"


def test_words_that_changed_while_the_form_was_open_are_not_agreed_to(reader, monkeypatch):
    opened = reader.open()
    monkeypatch.setitem(wordings.QUESTIONS, "email", "Send me everything.")
    assert reader.fill(opened, consent_email="on").status_code == 303
    assert GateSubmission.objects.get().consents == []


def test_unsubscribed_person_stays_unsubscribed_when_somebody_ticks_the_box_for_them(reader):
    known = people.add("ines@brack.example", "admin:1")
    consent.suppress(consent.address_hmac(known.email), "unsubscribed", source="one_click", subject=known.subject)
    reader.fill(consent_email="on", visitor=VISITOR)
    assert consent.refused([known.subject]) == {known.subject: {"stream"}}


def test_account_of_that_name_is_never_joined_by_a_guess(reader, mailoutbox, client, document):
    Account.objects.create(name="Brack")
    reader.fill(company="brack", visitor=VISITOR)
    client.post(mailed(mailoutbox), {"document": document.pk, "visitor": str(VISITOR)})
    assert Contact.objects.get().account is None
    reader.fill(email="ada@gmail.com", company="New Co", visitor=OTHER)
    client.post(mailed(mailoutbox), {"document": document.pk, "visitor": str(OTHER)})
    assert Account.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "nobody", "This is no mail address"),
        ("email", "", "Give an address"),
        ("email", "a@" + "b" * 300 + ".example", "no mail address"),
        ("role", "x" * 161, "at most 160 characters"),
        ("role", "", "This field is required"),
        ("role", "a\0b", "Null characters"),
    ],
)
def test_wrong_answer_is_said_beside_its_field_and_the_rest_is_kept(reader, field, value, words):
    said = {"company": "Brack & Söhne <b>", field: value}
    answer = reader.fill(**said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Brack &amp; Söhne &lt;b&gt;" in page
    assert 'aria-invalid="true"' in page
    assert GateSubmission.objects.count() == 0


def test_form_sent_twice_is_one(reader, mailoutbox):
    opened = reader.open()
    first, second = reader.fill(opened), reader.fill(opened)
    assert (first.status_code, second.status_code) == (303, 303)
    assert (GateSubmission.objects.count(), len(mailoutbox)) == (1, 1)
    assert Event.objects.filter(kind="form_submitted").count() == 1


def test_robot_is_held_back_and_a_marketer_may_release_it(reader, mailoutbox, marketer, client, gate):
    answer = reader.fill(website="http://spam")
    assert (answer.status_code, len(mailoutbox), Contact.objects.count()) == (200, 0, 0)
    reader.fill(role="http://a http://b www.c", email="b@brack.example")
    assert [row.reasons for row in GateSubmission.objects.order_by("pk")] == [["trap"], ["links"]]
    client.force_login(marketer)
    row = GateSubmission.objects.first()
    client.post(reverse("gates:decide", args=[gate.pk, row.pk]), {"verdict": "release"})
    assert (len(mailoutbox), Event.objects.get().verdict) == (1, "human")


def test_form_sent_faster_than_people_write_is_taken_when_sent_again(reader):
    opened = reader.open()
    fast = reader.fill(opened, wait=0)
    assert (fast.status_code, GateSubmission.objects.count()) == (422, 0)
    assert reader.fill(fast).status_code == 303


def test_form_that_is_old_forged_or_of_another_piece_is_shown_anew(reader, make_gated, client):
    opened = reader.open()
    other = make_gated("Another paper")
    moved = client.post(
        reverse("gate_send", args=[other.pk]), {"token": opened.context["token"], "email": "a@b.example"}
    )
    old = reader.fill(opened, wait=3 * 24 * 3600)
    forged = client.post(reverse("gate_send", args=[reader.piece.pk]), {"token": "x" * 50})
    assert [moved.status_code, old.status_code, forged.status_code] == [422, 422, 422]
    assert GateSubmission.objects.count() == 0


def test_too_many_are_refused_with_the_reason(reader, monkeypatch):
    monkeypatch.setattr(submissions, "A_NETWORK_AN_HOUR", 2)
    answers = [reader.fill(email=f"n{n}@brack.example").status_code for n in range(3)]
    assert answers == [303, 303, 429]
    assert reader.fill(email="n9@brack.example", extra={"REMOTE_ADDR": "198.51.100.7"}).status_code == 303
    monkeypatch.setattr(submissions, "AN_ADDRESS_A_DAY", 1)
    monkeypatch.setattr(submissions, "A_NETWORK_AN_HOUR", 99)
    assert reader.fill(email="n9@brack.example").status_code == 429


def test_five_hundred_forms_a_minute_are_answered_and_no_more_than_the_limit_is_kept(reader, monkeypatch):
    monkeypatch.setattr(submissions, "ALL_A_MINUTE", 20)
    answers = []
    for n in range(60):
        extra = {"REMOTE_ADDR": f"10.{n}.0.1"}
        answers.append(reader.fill(email=f"n{n}@brack.example", wait=2 if n == 0 else 0.9, extra=extra).status_code)
        if n == 0:
            monkeypatch.setattr(submissions, "FASTEST_SECONDS", 0)
    assert set(answers) == {303, 429}
    assert answers.count(303) == GateSubmission.objects.count() < 40


def test_only_gated_pieces_that_readers_see_have_a_form(client, piece, make_gated, make_piece, stages, gate):
    hidden = [
        make_gated("Draft", live=False).pk,
        make_gated("Internal", audience=Audience.SALES_ONLY).pk,
        make_gated("Open", audience=Audience.PUBLIC).pk,
        make_piece("No file", audience=Audience.GATED, gate=gate).pk,
        make_gated("Early", gate=None, primary_stage=stages[0]).pk,
        10**30,
    ]
    assert [client.get(f"/get/{pk}/").status_code for pk in hidden] == [404] * 6
    assert client.get(f"/get/{piece.pk}/").status_code == 200


def test_stage_says_the_gate_unless_the_piece_does(client, make_gated, stages, gate):
    early = make_gated("Early", gate=None, primary_stage=stages[0])
    assert "download>The paper" in client.get(early.url).content.decode()
    stages[0].default_gate = gate
    stages[0].save()
    page = client.get(early.url).content.decode()
    assert "/documents/" not in page
    assert f'action="/get/{early.pk}/"' in page


def test_get_changes_nothing(client, piece):
    for _n in range(3):
        client.get(f"/get/{piece.pk}/")
        client.head(f"/get/{piece.pk}/")
    assert (GateDay.objects.count(), GateSubmission.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_what_was_sent_is_forgotten_in_time_and_the_count_stays(reader, later):
    reader.fill(visitor=VISITOR)
    reader.fill(website="x", email="b@brack.example")
    later(days=2)
    submissions.forget()
    assert set(GateSubmission.objects.values_list("network_key", flat=True)) == {""}
    later(days=366)
    submissions.forget()
    row = GateSubmission.objects.get()
    assert (row.email, row.answers, row.subject, row.visitor, row.state) == ("", [], None, None, "taken")
    assert row.revoked_at


def test_overlong_body_is_refused(client, piece):
    answer = client.post(f"/get/{piece.pk}/send/", {"token": "x" * 40_000})
    assert answer.status_code == 413


def test_country_is_chosen_from_all_and_kept_as_its_two_letters(reader, gate):
    gate.questions = [GateQuestion(label="Which country?", field_type="singleline", fills="country", required=True)]
    gate.save()
    form = reader.open()
    assert '<option value="DE">Germany</option>' in form.content.decode()
    assert form.content.decode().count("<option") > 240
    [question] = gate.questions.all()
    assert reader.fill(form, extra=None, **{f"q{question.pk}": "XX"}).status_code == 422
    answer = reader.fill(reader.open(visitor=VISITOR), visitor=VISITOR, **{f"q{question.pk}": "DE"})
    assert answer.status_code == 303
    assert Contact.objects.get().country == "DE"
    assert reader.labels(visitor=VISITOR) == []
