"""What nurture hears, and the questions of the library that it answers."""

from django.dispatch import receiver

from cms import ports
from cms.signals import address_proven, reader_named
from cms.waking import wake
from nurture.contacts import audience, named, reading, scorecard
from nurture.rules import stages
from nurture.sales import figures
from tracking.signals import events_recorded

ports.audience.fill(audience.audience)
ports.scorecards.fill(scorecard.of_assets)
ports.persona_reading.fill(reading.of_persona)
ports.reader.fill(named.reader)
ports.agreement_figures.fill(figures.of_agreements)
ports.stage_rules.fill(stages.moving)


@receiver(events_recorded)
def wake_react(sender, **kwargs):
    """Events wait for a decision; the loop would find them by the clock as well."""
    wake("react to events")


@receiver(reader_named)
def take_to_heart(sender, signal, **said):
    """A reader said who they are: in the sender's transaction, which asks back whose the form is."""
    named.take(**said)


@receiver(address_proven)
def believe(sender, signal, **said):
    """The address of a form is theirs."""
    named.prove(**said)
