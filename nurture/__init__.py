"""Contacts, decisions, mail and the hand-off to sales. `nurture/pipeline.py` first."""
