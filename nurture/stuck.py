"""What of nurture may be stuck and wait for a person."""

from nurture.contacts import stuck as contacts
from nurture.mail import stuck as mail
from nurture.rules import stuck as rules

KINDS = [*contacts.KINDS, *rules.KINDS, *mail.KINDS]
