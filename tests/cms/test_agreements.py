"""Signal agreements: only a signature for the live version puts one in force, and only sales can give it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import agreements, clock, policy
from cms.agreements import State
from cms.models import AgreementSignature, AssetPage, BuyingStage, HomePage, SignalAgreement, Topic
from cms.signals import agreement_signed

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def stage(n=0):
    return BuyingStage.objects.all()[n]


def form(**fields):
    return {"name": "Pricing guide", "stage": stage().pk, "reason": "They compare prices", "format": ""} | fields


@pytest.fixture
def agreement(client, marketer):
    """Drafted by a marketer and submitted to sales, as the editor does it."""
    client.force_login(marketer)
    answer = client.post(reverse("agreements:add"), form() | {"action-submit": "1"})
    assert answer.status_code == 302
    return SignalAgreement.objects.get()


def act(client, agreement, user, action="approve"):
    """One button of the workflow, pressed by `user`."""
    client.force_login(user)
    task = agreement.current_workflow_task_state
    return client.post(
        reverse("agreements:workflow_action", args=[agreement.pk, action, task.pk]), {"comment": "Because"}
    )


def signed(client, agreement, user):
    act(client, agreement, user)
    agreement.refresh_from_db()
    return agreement


def state(agreement):
    return agreements.state(agreements.with_state(SignalAgreement.objects, clock.now()).get(pk=agreement.pk))


def test_submitted_agreement_waits_and_is_not_in_force(agreement):
    assert state(agreement) == State.WAITING
    assert agreements.in_force(clock.now()) == []


def test_signing_publishes_and_puts_in_force(client, agreement, owner, django_capture_on_commit_callbacks, mailoutbox):
    heard = []
    agreement_signed.connect(lambda **ids: heard.append(ids), weak=False, dispatch_uid="test")
    with django_capture_on_commit_callbacks(execute=True):
        signed(client, agreement, owner)
    agreement_signed.disconnect(dispatch_uid="test")
    signature = agreement.signatures.get()
    assert (agreement.live, signature.user, signature.revision) == (True, owner, agreement.live_revision)
    assert agreements.in_force(clock.now()) == [agreement]
    assert state(agreement) == State.IN_FORCE
    assert [(h["agreement_id"], h["revision_id"], h["user_id"]) for h in heard] == [
        (agreement.pk, signature.revision_id, owner.pk)
    ]
    assert ModelLogEntry.objects.get(action="agreement.sign").user == owner


@pytest.mark.parametrize("group", [policy.MARKETER, policy.EDITOR, policy.ANALYST, policy.SERVICE, None])
def test_who_is_not_sales_cannot_sign(client, agreement, make_user, group):
    other = make_user("other", group)
    act(client, agreement, other)
    agreement.refresh_from_db()
    assert (agreement.live, AgreementSignature.objects.count()) == (False, 0)
    with pytest.raises(PermissionDenied):
        agreements.sign(agreement, agreement.latest_revision, other)


def test_any_salesperson_and_the_sales_manager_can_sign(agreement, owner, colleague, make_user):
    for user in (owner, colleague, make_user("boss", policy.SALES_MANAGER)):
        AgreementSignature.objects.all().delete()
        assert agreements.sign(agreement, agreement.latest_revision, user).user == user


def test_signing_twice_is_one_signature(agreement, owner, colleague):
    first = agreements.sign(agreement, agreement.latest_revision, owner)
    assert agreements.sign(agreement, agreement.latest_revision, colleague) == first
    assert first.user == owner


def test_revision_of_another_agreement_is_refused(agreement, owner):
    other = SignalAgreement.objects.create(name="Other", stage=stage(), reason="r")
    with pytest.raises(ValueError, match="not one of agreement"):
        agreements.sign(other, agreement.latest_revision, owner)


def test_publishing_without_sales_is_not_a_signature(client, marketer, admin):
    client.force_login(marketer)
    client.post(reverse("agreements:add"), form() | {"action-publish": "1"})
    assert SignalAgreement.objects.get().live is False
    client.force_login(admin)
    row = SignalAgreement.objects.get()
    client.post(reverse("agreements:edit", args=[row.pk]), form() | {"action-publish": "1"})
    row.refresh_from_db()
    assert row.live is True
    assert agreements.in_force(clock.now()) == []
    assert state(row) == State.WAITING


def test_newer_version_does_not_carry_the_older_signature(client, agreement, owner, admin):
    signed(client, agreement, owner)
    agreement.reason = "Another reason"
    draft = agreement.save_revision()
    assert agreements.in_force(clock.now()) == [agreement]  # what is live is still what was signed
    draft.publish(user=admin)
    assert agreements.in_force(clock.now()) == []
    agreements.sign(agreement, draft, owner)
    assert agreements.in_force(clock.now())[0].reason == "Another reason"


def test_asking_for_changes_signs_nothing(client, agreement, owner):
    act(client, agreement, owner, "reject")
    agreement.refresh_from_db()
    assert (agreement.live, agreement.signatures.count(), state(agreement)) == (False, 0, State.DRAFT)


def test_last_day_is_in_force_and_the_day_after_is_not(agreement, owner):
    agreement.expires_on = date(2026, 3, 31)
    agreement.save_revision().publish()
    agreements.sign(agreement, agreement.latest_revision, owner)
    AgreementSignature.objects.update(signed_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert agreements.in_force(datetime(2025, 12, 31, 23, 59, tzinfo=UTC)) == []
    assert agreements.in_force(datetime(2026, 3, 31, 23, 59, tzinfo=UTC)) == [agreement]
    assert agreements.in_force(datetime(2026, 4, 1, 0, 0, tzinfo=UTC)) == []
    assert state(agreement) == State.EXPIRED


def test_withdrawing_ends_it_and_keeps_the_signature(client, agreement, owner, marketer):
    signed(client, agreement, owner)
    before = clock.now()
    client.force_login(marketer)
    client.post(reverse("agreements:withdraw", args=[agreement.pk]), {"reason": "Too many false alarms"})
    assert agreements.in_force(clock.now() + timedelta(seconds=1)) == []
    assert agreements.in_force(before) == [agreement]
    assert state(agreement) == State.WITHDRAWN
    assert ModelLogEntry.objects.get(action="agreement.withdraw").data == {"reason": "Too many false alarms"}
    with pytest.raises(agreements.NotInForceError):
        agreements.withdraw(agreement, marketer)


def test_withdrawing_is_refused_to_editor_and_stranger_and_by_get(client, agreement, owner, editor, stranger):
    signed(client, agreement, owner)
    address = reverse("agreements:withdraw", args=[agreement.pk])
    for user in (editor, stranger):
        client.force_login(user)
        assert client.post(address).status_code == 302
    client.force_login(owner)
    assert client.get(address).status_code == 405
    assert client.post(reverse("agreements:withdraw", args=[agreement.pk + 1])).status_code == 404
    assert agreements.in_force(clock.now()) == [agreement]


def test_which_pieces_are_the_signal(django_assert_num_queries, agreement, owner):
    topic = Topic.objects.create(name="Pricing", slug="pricing")
    home = HomePage.objects.get()
    named = home.add_child(instance=AssetPage(title="Named"))
    fits = AssetPage(title="Fits", primary_stage=stage(1), format="webinar")
    fits.topics.add(topic)
    fits = home.add_child(instance=fits)
    near = home.add_child(instance=AssetPage(title="No topic", primary_stage=stage(1), format="webinar"))
    agreement.assets.set([named])
    agreement.stage, agreement.topic, agreement.format = stage(1), topic, "webinar"
    agreement.save_revision().publish()
    agreements.sign(agreement, agreement.latest_revision, owner)
    with django_assert_num_queries(4):
        found = agreements.for_assets([named.pk, fits.pk, near.pk], clock.now())
    assert found == {named.pk: [agreement], fits.pk: [agreement], near.pk: []}


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_with_one_row_and_with_three(rows, client, owner, django_assert_num_queries):
    for n in range(rows):
        row = SignalAgreement.objects.create(name=f"A{n}", stage=stage(), reason="r", live=False)
        row.save_revision().publish()
        agreements.sign(row, row.latest_revision, owner)
    client.force_login(owner)
    address = reverse("agreements:list_results")  # without the menu, whose cost is other screens' business
    client.get(address)
    with django_assert_num_queries(8):
        answer = client.get(address)
    assert answer.content.decode().count("In force") == rows


def test_screen_shows_who_signed_and_offers_signing_only_to_sales(client, agreement, owner, marketer, stranger):
    address = reverse("agreements:inspect", args=[agreement.pk])
    pages = {}
    for user in (owner, marketer, stranger):
        client.force_login(user)
        pages[user] = client.get(address)
    assert "Read and sign" in pages[owner].content.decode()
    assert "Read and sign" not in pages[marketer].content.decode()
    assert pages[stranger].status_code == 302
    signed(client, agreement, owner)
    text = client.get(address).content.decode()
    assert "In force" in text
    assert "Withdraw this agreement" in text


def told(agreement):
    return [str(agreements.HISTORY[entry.action]) for entry in agreements.history(agreement)]


def test_way_from_draft_to_its_end_is_logged_step_by_step(client, marketer, owner, mailoutbox, monkeypatch):
    """Draft, requested, signed, in force, expired: each a state, each a line; what is not in force triggers nothing."""
    client.force_login(marketer)
    client.post(reverse("agreements:add"), form(expires_on="2026-11-30"))
    row = SignalAgreement.objects.get()
    assert (state(row), told(row)) == (State.DRAFT, ["Drafted"])
    client.post(reverse("agreements:edit", args=[row.pk]), form(expires_on="2026-11-30") | {"action-submit": "1"})
    assert (state(row), told(row)[1:]) == (State.WAITING, ["Signature requested"])
    assert agreements.in_force(clock.now()) == []
    signed(client, row, owner)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 30, 22, tzinfo=UTC))
    AgreementSignature.objects.update(signed_at=datetime(2026, 11, 20, tzinfo=UTC))
    assert (state(row), told(row)[2:]) == (State.IN_FORCE, ["Signed: in force"])
    assert (agreements.in_force(clock.now()), agreements.expire_due()) == ([row], 0)

    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 1, 1, tzinfo=UTC))
    mailoutbox.clear()
    assert (agreements.in_force(clock.now()), state(row)) == ([], State.EXPIRED)
    assert [agreements.expire_due(), agreements.expire_due()] == [1, 0]
    assert told(row)[3:] == ["Last day passed: ended"]
    assert sorted(mail.to[0] for mail in mailoutbox) == ["marketer@lede.example", "owner@lede.example"]
    assert reverse("agreements:inspect", args=[row.pk]) in mailoutbox[0].body
    page = client.get(reverse("agreements:inspect", args=[row.pk])).content.decode()
    assert page.index("Drafted") < page.index("Signature requested") < page.index("Last day passed: ended")


def test_withdrawn_or_renewed_agreement_is_not_told_as_ended(client, agreement, owner, marketer):
    agreement.expires_on = date(2020, 1, 1)
    agreement.save_revision().publish()
    agreements.sign(agreement, agreement.latest_revision, owner)
    agreement.refresh_from_db()
    agreements.withdraw(agreement, marketer)
    assert agreements.expire_due() == 0
    agreement.expires_on = None
    agreement.save_revision().publish()
    agreements.sign(agreement, agreement.latest_revision, owner)
    assert agreements.expire_due() == 0
