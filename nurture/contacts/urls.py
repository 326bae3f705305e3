"""Addresses of this package's screens, under the admin."""

urlpatterns: list = []
