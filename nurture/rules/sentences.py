"""A rule said in plain words, from what it is made of."""

from django.utils.translation import gettext as _

from nurture import registry


def describe(rule) -> str:
    """'When somebody …, and they …: move them to …' for a rule with its three streams."""
    when = _and(_say("trigger", child) for child in rule.trigger)
    holds = "".join(_(", and %s") % _say("condition", child) for child in rule.conditions)
    do = _and(_say("action", child) for child in rule.actions)
    return _("When %(when)s%(holds)s: %(do)s.") % {"when": when, "holds": holds, "do": do}


def _say(kind: str, child) -> str:
    return registry.get(kind, child.block_type).sentence(child.value)


def _and(parts) -> str:
    return _(" and ").join(parts)
