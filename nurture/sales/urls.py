"""Addresses of this package's screens, under admin/nurture/sales/."""

from django.urls import path

from nurture.sales.views import AlertPage, Inbox

urlpatterns = [
    path("inbox/", Inbox.as_view(), name="inbox"),
    path("inbox/<int:pk>/", AlertPage.as_view(), name="alert"),
]
