"""Addresses of this package's screens, under the admin."""

from django.urls import path

from nurture.surveys import views

urlpatterns: list = [path("<int:pk>/send/", views.new_wave, name="survey-wave")]
