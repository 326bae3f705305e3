"""Merging two topics: nothing that had either loses it, in drafts, agreements, rules and old links as well."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import agreements, clock, library
from cms import topics as merging
from cms.models import AssetPage, MergedTopic, SignalAgreement, Topic

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def names(piece):
    return sorted(topic.name for topic in AssetPage.objects.get(pk=piece.pk).topics.all())


def test_pieces_get_the_other_topic_once(make_piece, topics, marketer):
    cost, audit, _people = topics
    both, one, none = make_piece("Both", topics=[cost, audit]), make_piece("One", topics=[cost]), make_piece("None")
    merging.merge(cost, audit, marketer)
    assert [names(piece) for piece in (both, one, none)] == [["Audit"], ["Audit"], []]
    assert set(Topic.objects.values_list("slug", flat=True)) == {"audit", "people"}
    entry = ModelLogEntry.objects.get(action="topic.merge")
    assert (entry.user, entry.data["topic"], entry.object_id) == (marketer, "Cost", str(audit.pk))


def test_draft_that_names_the_merged_topic_is_read_as_naming_the_other(make_piece, topics, marketer):
    """Wagtail drops what a version names and is gone: the topic would be lost when the draft goes live."""
    cost, audit, people = topics
    piece = make_piece("A piece", topics=[people])
    piece.topics.set([cost, audit, people])
    draft = piece.save_revision()
    merging.merge(cost, audit, marketer)
    draft.refresh_from_db()
    assert sorted(topic.name for topic in draft.as_object().topics.all()) == ["Audit", "People"]
    draft.publish()
    assert names(piece) == ["Audit", "People"]


def test_agreement_and_its_signed_version_follow(topics, marketer, owner):
    cost, audit, _people = topics
    agreement = SignalAgreement(name="Prices", topic=cost, reason="r", live=False)
    agreement.save()
    agreement.save_revision().publish()
    agreements.sign(agreement, agreement.latest_revision, owner)
    merging.merge(cost, audit, marketer)
    [agreement] = agreements.in_force(clock.now())
    assert agreement.topic == audit
    assert agreement.get_latest_revision_as_object().topic == audit


def test_merging_on_leads_every_old_name_to_the_last(client, topics, marketer):
    cost, audit, people = topics
    merging.merge(cost, audit, marketer)
    merging.merge(Topic.objects.get(pk=audit.pk), people, marketer)
    assert merging.slugs() == {"cost": people.pk, "audit": people.pk, "people": people.pk}
    for slug in ("cost", "audit"):
        answer = client.get(f"/topics/{slug}/")
        assert (answer.status_code, answer["Location"]) == (301, "/topics/people/")
        assert client.get(f"/topics/{slug}/feed/").status_code == 200


def test_new_topic_of_an_old_name_takes_the_name_back(client, topics, marketer):
    cost, audit, _people = topics
    merging.merge(cost, audit, marketer)
    again = Topic.objects.create(slug="cost", name="Cost")
    assert merging.find("cost") == again
    assert merging.slugs()["cost"] == again.pk
    assert client.get("/topics/cost/").status_code == 200


def test_what_was_read_under_the_old_topic_still_counts_for_what_comes_next(make_piece, topics, marketer):
    cost, audit, people = topics
    old_id = cost.pk
    make_piece("Other", topics=[people], days_old=300)
    fitting = make_piece("Fitting", topics=[audit], days_old=399)
    merging.merge(cost, audit, marketer)
    assert library.next_read(topic_ids=[old_id], limit=1) == [fitting]


def test_screen_tells_what_it_will_do_and_does_it(client, marketer, make_piece, topics):
    cost, audit, _people = topics
    make_piece("A", topics=[cost])
    client.force_login(marketer)
    address = reverse("topics:merge", args=[cost.pk])
    assert "1 assets" in client.get(address).content.decode()
    assert client.post(address, {"into": cost.pk}).status_code == 422
    assert client.post(address, {}).status_code == 422
    assert "is part of “Audit” now" in client.post(address, {"into": audit.pk}, follow=True).content.decode()
    assert MergedTopic.objects.get().into == audit
    assert address not in client.get(reverse("topics:index")).content.decode()


def test_only_marketers_merge(client, editor, owner, stranger, topics):
    address = reverse("topics:merge", args=[topics[0].pk])
    for user in (editor, owner, stranger):
        client.force_login(user)
        assert client.post(address, {"into": topics[1].pk}).status_code == 302
        with pytest.raises(PermissionDenied):
            merging.merge(topics[0], topics[1], user)
    assert MergedTopic.objects.count() == 0


def test_topic_is_not_merged_into_itself(topics, marketer):
    with pytest.raises(ValueError, match="into itself"):
        merging.merge(topics[0], topics[0], marketer)
