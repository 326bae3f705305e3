"""What nurture hears, and the questions of the library that it answers."""

from django.dispatch import receiver

from cms import ports
from cms.waking import wake
from nurture.contacts import audience, reading, scorecard
from nurture.sales import figures
from tracking.signals import events_recorded

ports.audience.fill(audience.audience)
ports.scorecards.fill(scorecard.of_assets)
ports.persona_reading.fill(reading.of_persona)
ports.agreement_figures.fill(figures.of_agreements)


@receiver(events_recorded)
def wake_react(sender, **kwargs):
    """Events wait for a decision; the loop would find them by the clock as well."""
    wake("react to events")
