"""What nurture hears, and the questions of the library that it answers."""

from cms import ports
from nurture.contacts import audience

ports.audience.fill(audience.audience)
