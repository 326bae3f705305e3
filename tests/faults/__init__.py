"""Tests that kill things, on servers of their own: `make faults` is the short form, `make chaos` the long one."""
