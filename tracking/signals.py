"""What happened in the ledger. Past tense; arguments are ids; a signal only wakes, nothing may depend on it."""

from django.dispatch import Signal

# Events were stored, with their Pending rows, in the transaction just committed. provides args: uuids (list of UUID)
events_recorded = Signal()

# A person withdrew or an address was suppressed. provides args: address_hmac
address_suppressed = Signal()
