"""The buying cycle on one page: its version is what it says, and only sales signs it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import cycle, policy
from cms.models import BuyingStage, CycleSignature, CycleVersion

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def sign(client, user, seen=None):
    client.force_login(user)
    return client.post(reverse("cycle:sign"), {"seen": seen or cycle.standing().digest}, follow=True)


def text(client, user, *path):
    client.force_login(user)
    return client.get(reverse(*path) if path else reverse("cycle:index")).content.decode()


def test_page_shows_every_stage_with_owner_backup_and_targets(client, owner, marketer, stages):
    stages[1].definition, stages[1].exit_criteria, stages[1].what_we_do = "They feel it.", "They ask.", "We answer."
    stages[1].owner_group, stages[1].owner = "sales", owner
    stages[1].backup_group, stages[1].target_days, stages[1].target_conversion = "service", 30, 40
    stages[1].save()
    page = text(client, marketer)
    assert page.index("one</h2>") < page.index("two</h2>") < page.index("four</h2>")
    for words in ("They feel it.", "They ask.", "We answer.", "Sales, owner", "Service", "30 days, 40 %"):
        assert words in page
    assert "Nobody of sales has signed it yet" in page
    assert "Sign these definitions" not in page


def test_sales_signs_what_it_read_and_it_is_a_version(client, owner, colleague, stages):
    assert "Sign these definitions" in text(client, owner)
    assert "You signed version 1" in sign(client, owner).content.decode()
    assert "Sign these definitions" not in text(client, owner)
    assert "You have signed it." in text(client, owner)
    seconds = text(client, colleague)
    assert ("Add my signature" in seconds, "Sign these definitions" in seconds) == (True, False)
    sign(client, colleague)
    sign(client, colleague)
    assert list(CycleSignature.objects.values_list("version__number", "user")) == [(1, owner.pk), (1, colleague.pk)]
    assert [entry.user for entry in ModelLogEntry.objects.filter(action="cycle.sign").order_by("pk")] == [
        owner,
        colleague,
    ]


def test_changing_a_word_unsigns_and_taking_it_back_is_the_signed_version_again(client, owner, stages):
    sign(client, owner)
    BuyingStage.objects.filter(slug="two").update(definition="Something else")
    now = cycle.standing()
    assert (now.version, now.latest.number) == (None, 1)
    assert now.changes == (cycle.Change("two", "changed", (("definition", "", "Something else"),)),)
    assert "changed since version 1" in text(client, owner)
    assert "Something else" not in text(client, owner, "cycle:version", None, [1])
    BuyingStage.objects.filter(slug="two").update(definition="")
    assert cycle.standing().version.number == 1


def test_who_holds_a_post_may_change_without_a_new_signature(client, owner, colleague, stages):
    sign(client, owner)
    BuyingStage.objects.filter(slug="two").update(owner=colleague, backup_owner=owner)
    assert cycle.standing().version.number == 1


def test_new_gone_and_moved_stages_are_told(client, owner, stages):
    sign(client, owner)
    stages[3].delete()
    BuyingStage.objects.filter(slug="one").update(sort_order=9)
    BuyingStage.objects.create(slug="five", name="five", sort_order=10)
    told = {(change.stage, change.kind) for change in cycle.standing().changes}
    assert told == {("one", "moved"), ("five", "new"), ("four", "gone")}


def test_stages_changed_while_reading_are_not_signed_unseen(client, owner, stages):
    seen = cycle.standing().digest
    BuyingStage.objects.filter(slug="two").update(definition="Changed meanwhile")
    assert "while you were reading" in sign(client, owner, seen).content.decode()
    assert CycleVersion.objects.count() == 0


@pytest.mark.parametrize("group", [policy.MARKETER, policy.EDITOR, policy.SERVICE, policy.ANALYST])
def test_who_is_not_sales_reads_and_cannot_sign(client, make_user, stages, group):
    other = make_user("other", group)
    sign(client, other)
    assert CycleVersion.objects.count() == 0
    with pytest.raises(PermissionDenied):
        cycle.sign(cycle.standing().digest, other)


def test_stranger_reads_nothing_and_signing_by_get_is_refused(client, stranger, owner, stages):
    client.force_login(stranger)
    assert client.get(reverse("cycle:index")).status_code == 302
    client.force_login(owner)
    assert client.get(reverse("cycle:sign")).status_code == 405
    assert client.get(reverse("cycle:version", args=[7])).status_code == 404


def test_empty_cycle_says_so_and_cannot_be_signed(client, owner):
    BuyingStage.objects.all().delete()
    assert "There are no stages yet" in text(client, owner)
    sign(client, owner)
    assert CycleVersion.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_with_one_stage_and_with_three(rows, owner, stages, django_assert_num_queries):
    BuyingStage.objects.filter(sort_order__gte=rows).delete()
    cycle.sign(cycle.standing().digest, owner)
    with django_assert_num_queries(4):
        assert cycle.standing().version.number == 1
