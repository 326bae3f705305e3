"""Held room of the demo company: a rule for two stages, one slot that is filled, one that passed."""

from datetime import timedelta

from django.utils import timezone

from cms import clock
from cms.models import BuyingStage, Topic
from editorial import slot_rules, slots
from editorial.models import Entry, Slot, SlotRule
from editorial.schedule import OPEN

RULE, STAGES = "Room for the scoop", ("awareness", "interest")
FILLED_BY = "Winter opening hours at the quay: what the cold does to your doors"


def load(say) -> None:
    """The rule and its slots, once; a filled and a passed one beside them."""
    stages = list(BuyingStage.objects.filter(slug__in=STAGES))
    if not stages or SlotRule.objects.filter(name=RULE).exists():
        return
    today = timezone.localdate(clock.now())
    note = "A strike, a heat wave, a new ruling: written within the week."
    rule = SlotRule.objects.create(name=RULE, every="month", begins_on=today + timedelta(days=10), note=note)
    rule.stages.set(stages)
    made = slot_rules.make(rule)
    topic = Topic.objects.filter(slug="lanes-and-carriers").first()
    day = Slot.Width.DAY
    slots.hold(Slot(stage=stages[0], day=today - timedelta(days=6), width=day, note="The port strike"), user=None)
    today_slot = slots.hold(Slot(stage=stages[0], topic=topic, day=today, width=day), user=None)
    if scoop := Entry.objects.filter(title=FILLED_BY, step__in=OPEN, slot=None).first():
        slots.fill(today_slot, scoop, user=None, version=today_slot.version)
    say(f"Held room: a rule with {made} slots to come, one filled, one passed")
