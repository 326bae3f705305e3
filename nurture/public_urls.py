"""Addresses of readers: the links in mails that ask for an answer. Each carries a signed token of its mail."""

from django.urls import path

from nurture.mail import rating_views
from nurture.subscriptions import public_views as subscriptions
from nurture.surveys import public_views

urlpatterns = [
    path("surveys/answer/<str:token>/", public_views.by_mail, name="answer_survey"),
    path("subscribe/", subscriptions.subscribe, name="subscribe"),
    path("subscribe/<uuid:key>/", subscriptions.subscription, name="subscription"),
    path("rate/<str:token>/", rating_views.rate, name="rate_by_mail"),
]
