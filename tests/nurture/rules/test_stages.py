"""The page of the buying cycle says which rules in force move people to which stage, in words."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from cms import policy
from nurture.rules import stages
from nurture.rules.models import Rule

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_only_rules_that_are_live_and_move_people_are_told(publish_rule, move_to):
    publish_rule([move_to("interest"), move_to("decision")], name="Reads much")
    Rule(name="A draft", why="w", live=False, actions=[move_to("interest")]).save()
    found = stages.moving(AnonymousUser())
    assert found == {slug: [("Reads much", "Because.", "")] for slug in ("interest", "decision")}


def test_page_of_the_cycle_tells_them_and_links_them_for_who_may_see_rules(client, publish_rule, move_to, make_user):
    rule = publish_rule([move_to("interest")], name="Reads much")
    address = reverse(Rule.snippet_viewset.get_url_name("edit"), args=[rule.pk])
    for group, is_link in ((policy.MARKETER, True), (policy.SALESPERSON, False)):
        client.force_login(make_user(group, group))
        html = client.get(reverse("cycle:index")).content.decode()
        assert ("Reads much" in html, "Because." in html, f'href="{address}"' in html) == (True, True, is_link)
        assert html.count("None: people are moved here by hand.") == 6
        assert html.count("None: people begin here") == 1


@pytest.mark.parametrize("number", [1, 3])
def test_asking_costs_one_query_however_many_rules(publish_rule, move_to, number, django_assert_num_queries):
    for n in range(number):
        publish_rule([move_to("interest")], name=f"Rule {n}")
    with django_assert_num_queries(1):
        assert len(stages.moving(AnonymousUser())["interest"]) == number
