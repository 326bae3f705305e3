import json

import pytest

from cms import agreements, clock, policy
from nurture.contacts.models import Engagement
from nurture.mail.models import Delivery, Lane
from nurture.rules import causes, runs
from nurture.rules.engine import Context
from nurture.rules.models import ActionRun
from nurture.sales import alerts
from nurture.sales.conditions import AgreementInForce
from nurture.sales.models import Alert

pytestmark = pytest.mark.db


def test_alert_copies_reason_and_opener_of_the_signed_agreement(contact, piece, read, make_run, sign, owner):
    agreement = sign([piece])
    alert = alerts.raise_for(make_run(read(contact, piece)))
    assert (alert.owner, alert.owner_because) == (owner, "owns the account Example Co")
    assert (alert.reason, alert.opener) == ("They build a case.", "What did the last one cost?")
    assert (alert.agreement, alert.revision_id) == (agreement, agreement.live_revision_id)
    assert (alert.asset, alert.asset_title, alert.account) == (piece, "How cold is cold", contact.account)


def test_repeat_finds_the_alert_and_mails_nobody_again(contact, piece, read, make_run):
    run = make_run(read(contact, piece))
    assert alerts.raise_for(run) == alerts.raise_for(run)
    assert (Alert.objects.count(), Delivery.objects.count()) == (1, 1)


def test_run_is_performed_once_and_says_whom_it_alerted(contact, piece, read, make_run):
    make_run(read(contact, piece))
    assert [runs.perform_due(), runs.perform_due()] == [1, 0]
    run = ActionRun.objects.get()
    assert (run.state, run.outcome) == ("done", "Alerted owner: owns the account Example Co")
    assert Alert.objects.get().occasion == f"action:{run.pk}"


def test_robot_is_no_reason_to_call(contact, piece, read, make_run):
    engagement = read(contact, piece)
    make_run(engagement)
    Engagement.objects.update(human=False)
    runs.perform_due()
    assert ActionRun.objects.get().state == "skipped"
    assert (Alert.objects.count(), Delivery.objects.count()) == (0, 0)


def test_without_agreement_the_rule_gives_the_reason(contact, piece, read, make_run):
    assert alerts.raise_for(make_run(read(contact, piece))).reason == "They compare costs."
    said = make_run(read(contact, piece), params={"reason": "Call them today."})
    assert alerts.raise_for(said).reason == "Call them today."


def test_agreement_about_the_very_piece_comes_before_one_about_a_set(contact, piece, read, make_run, sign):
    sign(stage=piece.primary_stage, reason="Any comparison.")
    sign([piece], reason="This very piece.")
    assert alerts.raise_for(make_run(read(contact, piece))).reason == "This very piece."


def test_mail_goes_to_the_owner_in_the_alert_lane(make_alert, contact, piece, read, make_run, owner):
    alert = alerts.raise_for(make_run(read(contact, piece, by_mail_link=True)))
    mail = Delivery.objects.get()
    assert (mail.address, mail.lane, mail.occasion) == (owner.email, Lane.ALERT, f"alert:{alert.pk}:{owner.pk}")
    assert mail.subject == "Call Ines Ferro (Example Co): read How cold is cold"
    raw = bytes(mail.raw).decode()
    for words in (
        "+351 1234",
        "They compare costs.",
        "proves the mailbox, not the person",
        f"/sales/inbox/{alert.pk}/",
    ):
        assert raw.count(words) == 2, words


def test_line_break_in_a_name_cannot_forge_a_header(contact, piece, read, make_run):
    contact.first_name = "Ines\nBcc: all@example.com"
    contact.save()
    alerts.raise_for(make_run(read(contact, piece)))
    assert Delivery.objects.get().subject == "Call Ines Bcc: all@example.com Ferro (Example Co): read How cold is cold"


@pytest.mark.parametrize(
    ("there", "expected", "because"),
    [
        ({"owner", "colleague", "backup"}, "owner", "owns the account Example Co"),
        ({"colleague", "backup"}, "colleague", "owns the stage Looking; the account has no owner"),
        ({"backup"}, "backup", "backs up the stage Looking; nobody else is there"),
        (set(), None, "team queue: neither the account nor the stage has an owner"),
    ],
)
def test_alert_falls_back_and_never_to_nobody(
    contact, stages, owner, colleague, manager, make_user, make_alert, there, expected, because
):
    people = {"owner": owner, "colleague": colleague, "backup": make_user("backup", policy.SALES_MANAGER)}
    present = {name: user for name, user in people.items() if name in there}
    contact.account.owner = present.get("owner")
    contact.account.save()
    stages[0].owner, stages[0].backup_owner = present.get("colleague"), present.get("backup")
    stages[0].save()
    alert = make_alert()
    assert (alert.owner, alert.owner_because) == (people.get(expected), because)
    told = [people[expected].email] if expected else [people["backup"].email, manager.email]
    assert sorted(Delivery.objects.values_list("address", flat=True)) == told


def test_owner_who_left_is_passed_over(contact, owner, colleague, stages, make_alert):
    owner.is_active = False
    owner.save()
    stages[0].owner = colleague
    stages[0].save()
    assert make_alert().owner == colleague


def test_stranger_as_stage_owner_is_passed_over(contact, owner, stranger, stages, make_alert):
    contact.account.owner = None
    contact.account.save()
    stages[0].owner = stranger
    stages[0].save()
    assert make_alert().owner is None


def test_contact_without_account_is_alerted_by_stage(make_contact, colleague, stages, make_alert):
    stages[0].owner = colleague
    stages[0].save()
    alert = make_alert(make_contact("kim", account=None))
    assert (alert.owner, alert.account) == (colleague, None)


def covered(engagement):
    cause = causes.from_engagement(engagement)
    return AgreementInForce.matches(
        cause, None, Context([cause], engagement.occurred_at.now(engagement.occurred_at.tzinfo))
    )


def test_condition_holds_for_what_was_agreed_only(contact, piece, make_asset, read, sign, marketer, manager):
    agreement = sign([piece])
    assert [covered(read(contact, one)) for one in (piece, make_asset("Other"))] == [True, False]
    agreements.withdraw(agreement, manager)
    assert covered(read(contact, piece)) is False


def test_condition_asks_the_same_number_of_queries_for_one_cause_and_many(
    contact, piece, read, sign, django_assert_num_queries
):
    sign([piece])
    found = [causes.from_engagement(read(contact, piece, hours=number)) for number in range(1, 31)]
    for batch in (found[:1], found):
        context = Context(batch, clock.now())
        with django_assert_num_queries(2):
            [AgreementInForce.matches(cause, None, context) for cause in batch]


def test_cause_of_a_run_survives_json(contact, piece, read):
    assert json.loads(json.dumps(causes.from_engagement(read(contact, piece)).as_json()))["asset_id"] == piece.pk
