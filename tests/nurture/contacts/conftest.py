"""A company, a person and stages, for the tests of contacts."""

from tests.nurture.people import account, contact, make_asset, make_contact, read, stages

__all__ = ["account", "contact", "make_asset", "make_contact", "read", "stages"]
