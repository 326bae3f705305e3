"""Tracked links: an editor makes one and copies its address; it is never changed; others may not see it."""

from uuid import uuid4

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock
from cms.models import AssetPage, Campaign, HomePage
from tests import ledger
from tracking import links
from tracking.models import Event, Link

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]


@pytest.fixture
def piece():
    return HomePage.objects.first().add_child(instance=AssetPage(title="A piece", slug="a-piece"))


@pytest.fixture
def make_link(piece):
    def make(label="LinkedIn"):
        return Link.objects.create(
            ref=uuid4(), asset=piece, destination="http://127.0.0.1:8000/a-piece/", label=label, created_at=clock.now()
        )

    return make


def test_editor_makes_a_link_and_gets_its_signed_address(client, editor, piece):
    campaign = Campaign.objects.create(name="Spring", objective="x", utm_campaign="spring")
    client.force_login(editor)
    form = {"asset": piece.pk, "label": "LinkedIn", "source": "linkedin", "medium": "", "campaign": campaign.pk}
    answer = client.post(reverse("links:add"), form)
    link = Link.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("links:inspect", args=[link.pk]))
    assert link.destination == "http://127.0.0.1:8000/a-piece/?utm_source=linkedin&utm_campaign=spring"
    assert (link.utm, link.created_by) == ({"source": "linkedin", "campaign": "spring"}, editor)
    assert links.tracked_url(link.destination, link.ref) in client.get(answer.url).content.decode()
    assert ModelLogEntry.objects.filter(object_id=link.pk).values_list("action", "user").get() == (
        "wagtail.create",
        editor.pk,
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"audience": "sales_only"}, "for sales only"),
        ({"live": False}, "not published"),
    ],
)
def test_link_that_leads_nowhere_is_refused(client, editor, piece, changes, message):
    AssetPage.objects.filter(pk=piece.pk).update(**changes)
    client.force_login(editor)
    answer = client.post(reverse("links:add"), {"asset": piece.pk, "label": "x"})
    assert (answer.status_code, message in answer.content.decode(), Link.objects.count()) == (200, True, 0)


def test_link_shows_what_came_of_it(client, editor, make_link):
    link = make_link()
    at = clock.now()
    values = {"occurred_at": at, "received_at": at, "source": "link", "link_ref": link.ref}
    kinds = [("link_followed", "human"), ("link_followed", "robot"), ("asset_read", "human"), ("page_viewed", "human")]
    ledger.store(*(Event(uuid=uuid4(), kind=kind, verdict=verdict, **values) for kind, verdict in kinds))
    client.force_login(editor)
    place = reverse("links:inspect", args=[link.pk])
    people = client.get(place)
    assert people.context["figures"] == {"followed": 1, "read": 1, "robots": 1}
    assert [line["kind"] for line in people.context["lines"]] == ["Page viewed", "Piece read", "Link followed"]
    robots = client.get(place, {"robots": "1"}).context["lines"]
    assert [line["verdict"] for line in robots] == ["Robot"]
    last = people.context["events"][1].pk
    assert [line["kind"] for line in client.get(place, {"before": last}).context["lines"]] == ["Link followed"]


def test_link_page_costs_the_same_for_any_number_of_readers(client, editor, make_link, django_assert_num_queries):
    link, at = make_link(), clock.now()
    client.force_login(editor)
    client.get(reverse("links:inspect", args=[link.pk]))
    values = {"kind": "link_followed", "occurred_at": at, "received_at": at, "source": "link", "link_ref": link.ref}
    for rows in (1, 3):
        ledger.store(*(Event(uuid=uuid4(), asset_id=link.asset_id, **values) for _ in range(rows)))
        with django_assert_num_queries(16):
            client.get(reverse("links:inspect", args=[link.pk]))


def test_link_is_never_changed_nor_deleted(client, admin, make_link):
    link = make_link()
    client.force_login(admin)
    for name in ("edit", "delete"):
        client.post(reverse(f"links:{name}", args=[link.pk]), {"label": "changed"})
    link.refresh_from_db()
    assert link.label == "LinkedIn"


def test_others_may_neither_see_nor_make_links(client, owner, stranger, make_link):
    link = make_link()
    places = [reverse("links:index"), reverse("links:add"), reverse("links:inspect", args=[link.pk])]
    assert [client.get(place).status_code for place in places] == [302] * 3
    for person in (owner, stranger):
        client.force_login(person)
        assert "LinkedIn" not in "".join(client.get(place, follow=True).content.decode() for place in places)


def test_list_costs_the_same_for_any_number_of_links(client, editor, make_link, django_assert_max_num_queries):
    client.force_login(editor)
    costs = []
    for rows in (1, 3):
        while Link.objects.count() < rows:
            make_link(f"Link {rows}")
        client.get(reverse("links:index"))
        with django_assert_max_num_queries(100) as queries:
            assert client.get(reverse("links:index")).status_code == 200
        costs.append(len(queries))
    assert costs == [12, 12]
