"""Addresses of this package's screens, under the admin."""

from django.urls import path

from nurture.mail import template_views, views

urlpatterns: list = [
    path("", views.deliveries, name="deliveries"),
    path("<int:pk>/", views.delivery, name="delivery"),
    path("<int:pk>/frame/", views.delivery_frame, name="delivery-frame"),
    path("<int:pk>/retry/", views.retry_delivery, name="retry-delivery"),
    path("<int:pk>/give-up/", views.give_up_delivery, name="give-up-delivery"),
    path("templates/<int:pk>/preview/", template_views.preview, name="template-preview"),
    path("templates/<int:pk>/frame/", template_views.preview_frame, name="template-frame"),
    path("templates/<int:pk>/test/", template_views.send_test, name="template-test"),
]
