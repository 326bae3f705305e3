"""Registered when the app starts (`nurture/apps.py`)."""
