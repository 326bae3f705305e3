"""Addresses that need no session: the secret in them is the key."""

from django.urls import path

from editorial.approval_views import ApproveView, text_view
from editorial.calendar.kept_views import FeedView
from editorial.interview_views import ExpertView

urlpatterns = [
    path("calendar/<str:secret>.ics", FeedView.as_view(), name="calendar_feed"),
    path("approve/<str:secret>/", ApproveView.as_view(), name="approve"),
    path("approve/<str:secret>/text/", text_view, name="approve_text"),
    path("expert/<str:secret>/", ExpertView.as_view(), name="expert"),
]
