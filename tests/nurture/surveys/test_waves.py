"""A survey by mail: counted before, once a person and wave, stopped by a no, answered under the mail's own link."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock, jobs
from cms.models import AnswerSet, Persona, Survey, Topic
from cms.surveys.asking import name_of
from nurture import jobs as work
from nurture.contacts.audience import Choice, matching
from nurture.contacts.models import FieldChange
from nurture.mail import queue, render
from nurture.mail.models import Delivery
from nurture.pipeline import react
from nurture.surveys import waves
from nurture.surveys.models import SurveyWave
from tests.nurture.people import *  # noqa: F403
from tracking import consent, tokens
from tracking.models import Event

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.db]
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def people(make_contact):
    return [make_contact(name) for name in ("ada", "bea", "cleo")]


@pytest.fixture
def sent(survey, make_template, people, marketer):
    """sent(**choice) -> the wave, with its job done."""

    template = make_template("survey")

    def send(**choice):
        wave = waves.start(survey, template, Choice(**choice), waves.next_number(survey), marketer)
        while jobs.run_slice():
            pass
        return wave

    return send


def link(delivery):
    delivery.refresh_from_db()
    return re.search(r"/surveys/answer/[^/\s]+/", render.parts(delivery).text)[0]


def test_audience_is_who_fits_all_that_was_chosen(make_contact, stages, read, make_asset):
    persona, topic = Persona.objects.create(slug="it", name="IT"), Topic.objects.create(slug="cost", name="Cost")
    reader, stated, other = (make_contact(name, persona=persona) for name in ("ada", "bea", "cleo"))
    make_contact("us", internal=True, persona=persona)
    make_contact("made", synthetic=True, persona=persona)
    piece = make_asset("A")
    piece.topics.add(topic)
    piece.save()
    read(reader, piece)
    read(other, piece, hours=24 * 200)
    FieldChange.objects.create(subject=stated.subject, field="interest", new=str(topic.pk), at=clock.now(), source="x")
    assert set(matching(Choice(topics=(topic.pk,)))) == {reader, stated}
    assert set(matching(Choice(personas=(persona.pk,), stages=(stages[0].pk,)))) == {reader, stated, other}
    assert not matching(Choice(stages=(stages[1].pk,)))


def test_everybody_gets_one_mail_and_who_said_no_gets_none(survey, sent, people):
    consent.suppress(consent.address_hmac(people[1].email), consent.Reason.UNSUBSCRIBED, source="test")
    assert waves.reach(survey, Choice()) == waves.Reach(3, 1, True)
    wave = sent()
    mails = Delivery.objects.filter(occasion=wave.occasion)
    assert sorted(mails.values_list("state", flat=True)) == ["pending", "pending", "suppressed"]
    assert {mail.lane for mail in mails} == {"marketing"}
    assert mails.first().subject == "Who reads us"
    [shown] = waves.of_survey(survey)
    assert (shown.mails, shown.answered, shown.job.state) == (3, 0, "done")
    assert ModelLogEntry.objects.filter(action="nurture.survey_sent").count() == 1


def test_slice_that_runs_twice_mails_nobody_twice(survey, sent, people, monkeypatch):
    wave = sent()
    work.invite_to_survey(_again(wave))
    assert Delivery.objects.filter(occasion=wave.occasion).count() == 3


def _again(wave):
    """The wave's job as a worker finds it that took it over before anything of it was stored."""
    job = wave.job
    job.refresh_from_db()
    type(job).objects.filter(pk=job.pk).update(state="running", resume_point=None, lease_until=clock.now())
    job.refresh_from_db()
    return job


def test_killed_in_the_middle_it_goes_on_where_it_was(survey, make_template, people, marketer, monkeypatch):
    monkeypatch.setattr(work, "INVITED_AT_ONCE", 1)
    wave = waves.start(survey, make_template("survey"), Choice(), 1, marketer)
    real = waves.invite
    calls = []

    def die(wave, contact):
        calls.append(contact.pk)
        if len(calls) == 2:
            raise RuntimeError
        return real(wave, contact)

    monkeypatch.setattr(waves, "invite", die)
    jobs.run_slice()
    assert Delivery.objects.filter(occasion=wave.occasion).count() == 1
    wave.job.refresh_from_db()
    assert wave.job.resume_point["done"] == 1
    type(wave.job).objects.update(lease_until=None)
    while jobs.run_slice():
        pass
    assert Delivery.objects.filter(occasion=wave.occasion).count() == 3
    assert calls == [people[0].pk, people[1].pk, people[1].pk, people[2].pk]


def test_answer_under_the_mail_s_link_is_the_contact_s_and_once_a_wave(client, survey, sent, people, settings):
    persona = Persona.objects.create(slug="it", name="IT")
    people[0].persona = persona
    people[0].save()
    delivery = Delivery.objects.get(occasion=sent().occasion, contact=people[0])
    address = link(delivery)
    opened = client.get(address)
    page = opened.content.decode()
    assert opened["Referrer-Policy"] == "no-referrer"
    assert "kept with the address that this link was mailed to" in page
    assert people[0].email not in page
    assert "pixel.js" not in page
    assert Event.objects.count() == 0
    form = {
        "token": re.search(r'name="token" value="([^"]+)"', page)[1],
        name_of(survey.questions.get()): "Because",
    }
    assert client.post(address, form, headers=BROWSER).status_code == 303
    assert "Your answers are with us" in client.get(f"{address}?answered=1").content.decode()
    assert "once is enough" in client.post(address, form, headers=BROWSER).content.decode()
    one = AnswerSet.objects.get()
    assert (one.subject, one.round, one.persona, one.stage) == (people[0].subject, 1, persona, people[0].stage)
    while react():
        pass
    [engagement] = people[0].engagements.all()
    assert (engagement.kind, engagement.by_mail_link) == ("survey_answered", True)

    again = sent(skip_answered=True)
    assert (again.number, Delivery.objects.filter(occasion=again.occasion).count()) == (2, 2)
    third = sent()
    client.post(link(Delivery.objects.get(occasion=third.occasion, contact=people[0])), form, headers=BROWSER)
    assert sorted(AnswerSet.objects.values_list("round", flat=True)) == [1, 3]


def test_links_of_tests_forgeries_and_forgotten_people_keep_nothing(client, survey, sent, people, marketer, mailoutbox):
    delivery = Delivery.objects.get(occasion=sent().occasion, contact=people[0])
    address = link(delivery)
    stranger = f"/surveys/answer/{tokens.sign('survey', {'r': '0' * 32, 's': survey.pk})}/"
    for found in (address[:-3] + "x/", "/surveys/answer/x/", address.replace("v1.", "v2.")):
        assert client.get(found).status_code == 404
    wrong = tokens.sign("rate", {"r": delivery.ref.hex, "s": survey.pk})
    assert client.get(f"/surveys/answer/{wrong}/").status_code == 404
    Delivery.objects.filter(pk=delivery.pk).update(contact=None)
    for found in (stranger, address):
        page = client.get(found).content.decode().partition('class="subscribe"')[0]
        assert "nothing can be sent from here" in page
        assert 'method="post"' not in page
        client.post(found, {name_of(survey.questions.get()): "x"})
    assert AnswerSet.objects.count() == 0


@pytest.mark.parametrize(
    ("links", "change", "words"),
    [
        (("rate",), {}, "no link to the survey"),
        (("survey", "rate"), {}, "a survey is about none"),
        (("survey",), {"is_open": False}, "takes no answers now"),
    ],
)
def test_what_stands_against_a_wave_is_said_and_nothing_is_sent(
    client, marketer, survey, make_template, people, links, change, words
):
    Survey.objects.update(**change)
    client.force_login(marketer)
    form = {"template": make_template(*links).pk, "number": 1, "do": "send"}
    assert words in client.post(reverse("nurture:survey-wave", args=[survey.pk]), form).content.decode()
    assert SurveyWave.objects.count() == 0


def test_marketer_counts_tries_and_sends_once_however_often_it_is_pressed(
    client, marketer, survey, make_template, people, stages
):
    client.force_login(marketer)
    address = reverse("nurture:survey-wave", args=[survey.pk])
    assert "no published mail template" in client.get(address).content.decode()
    form = {"template": make_template("survey").pk, "number": 1, "skip_answered": "on"}
    assert "3 people get the mail" in client.post(address, form | {"do": "look"}).content.decode()
    nobody = client.post(address, form | {"do": "look", "stages": [stages[2].pk]}).content.decode()
    assert "Nobody is in this audience" in nobody
    client.post(address, form | {"do": "test"})
    test = Delivery.objects.get()
    assert (test.address, test.lane, test.contact) == (marketer.email, "transactional", None)
    preview = re.search(r"/surveys/answer/[^/\s]+/", render.parts(test).text)[0]
    assert "nothing can be sent from here" in client.get(preview).content.decode()
    for _ in range(2):
        assert client.post(address, form | {"do": "send"}).status_code == 302
    wave = SurveyWave.objects.get()
    assert (wave.matched, wave.created_by, jobs.kinds()[waves.KIND].way_on(wave.job)[1]) == (
        3,
        marketer,
        reverse("surveys:results", args=[survey.pk]),
    )
    shown = client.get(reverse("surveys:results", args=[survey.pk])).content.decode()
    assert "Everybody" in shown
    assert "Send again" in shown


def test_number_that_another_wave_has_by_now_is_refused(survey, make_template, people, marketer):
    template = make_template("survey")
    wave = waves.start(survey, template, Choice(), 1, marketer)
    assert waves.start(survey, template, Choice(), 1, marketer) == wave
    with pytest.raises(waves.CannotSend, match="Wave 1 was sent meanwhile"):
        waves.start(survey, template, Choice(skip_answered=True), 1, marketer)
    assert SurveyWave.objects.count() == 1


def test_job_stops_with_the_reason_when_the_survey_is_closed_meanwhile(survey, make_template, people, marketer):
    wave = waves.start(survey, make_template("survey"), Choice(), 1, marketer)
    Survey.objects.update(closes_on=clock.now().date() - timedelta(days=1))
    jobs.run_slice()
    wave.job.refresh_from_db()
    assert (wave.job.state, "takes no answers now" in wave.job.error) == ("failed", True)


@pytest.mark.parametrize("who", ["editor", "owner", "stranger"])
def test_only_marketers_send(client, request, survey, who):
    client.force_login(request.getfixturevalue(who))
    address = reverse("nurture:survey-wave", args=[survey.pk])
    assert {client.get(address).status_code, client.post(address).status_code} <= {302, 403}


def test_rule_refuses_a_mail_that_asks_for_a_survey(contact, make_template, make_asset):
    from types import SimpleNamespace  # noqa: PLC0415

    from nurture.mail.actions import SendMail  # noqa: PLC0415
    from nurture.registry import ActionError  # noqa: PLC0415

    make_asset("A")
    run = SimpleNamespace(params={"template": make_template("survey").pk}, contact=contact, cause={}, pk=1)
    with pytest.raises(ActionError, match="survey's page"):
        SendMail.perform(run)
    assert queue.enqueue(contact, make_template("rate", name="Stars"), occasion="x") is not None
