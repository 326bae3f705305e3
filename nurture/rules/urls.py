"""Addresses of this package's screens, under the admin."""

from django.urls import path

from nurture.rules import views

urlpatterns: list = [
    path("runs/", views.Runs.as_view(), name="runs"),
    path("runs/<int:pk>/retry/", views.retry_run, name="retry-run"),
]
