"""Which rules move people to which stage: the library's port `stage_rules` asks, for the page of the whole cycle."""

from django.urls import reverse

from nurture.rules.models import Rule

MOVE = "move_stage"


def moving(user) -> dict[str, list[tuple[str, str, str]]]:
    """{slug of the stage: [(name, why, its address, "" for who may not see rules)]} of the live ones. One query."""
    may_see = user.has_perm("nurture.view_rule") or user.has_perm("nurture.change_rule")
    found: dict[str, list[tuple[str, str, str]]] = {}
    for rule in Rule.objects.filter(live=True).order_by("name", "pk"):
        address = reverse(Rule.snippet_viewset.get_url_name("edit"), args=[rule.pk]) if may_see else ""
        # As it is stored: reading it as blocks would look up what its other actions name.
        slugs = {action["value"].get("stage") for action in rule.actions.raw_data if action["type"] == MOVE}
        for slug in filter(None, slugs):
            found.setdefault(slug, []).append((rule.name, rule.why, address))
    return found
