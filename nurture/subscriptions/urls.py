"""Addresses of this package's screens, under admin/nurture/subscriptions/."""

from django.urls import path

from nurture.subscriptions.views import SubscriptionList

urlpatterns = [
    path("", SubscriptionList.as_view(), name="subscriptions"),
    path("results/", SubscriptionList.as_view(results_only=True), name="subscriptions_results"),
]
