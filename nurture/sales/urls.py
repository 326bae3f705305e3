"""Addresses of this package's screens, under admin/nurture/sales/."""

from django.urls import path

from nurture.sales.library_views import ACCOUNT, CONTACT, PiecePage, SalesLibrary
from nurture.sales.share_views import SharePage, ShareScreen, ShareWith
from nurture.sales.views import AlertPage, Inbox


def _listing(route: str, view, name: str, **initial) -> list:
    """A list, and its rows alone for Wagtail's filters."""
    return [
        path(route, view.as_view(**initial), name=name),
        path(f"{route}results/", view.as_view(results_only=True, **initial), name=f"{name}_results"),
    ]


urlpatterns = [
    *_listing("library/", SalesLibrary, "library"),
    *_listing("library/for/<int:pk>/", SalesLibrary, "library_contact", about=CONTACT),
    *_listing("library/account/<int:pk>/", SalesLibrary, "library_account", about=ACCOUNT),
    *_listing("library/<int:pk>/share/", ShareWith, "share_with"),
    path("library/<int:pk>/", PiecePage.as_view(), name="piece"),
    path("library/<int:pk>/share/<int:contact>/", ShareScreen.as_view(), name="share"),
    path("shares/<int:pk>/", SharePage.as_view(), name="shared"),
    path("inbox/", Inbox.as_view(), name="inbox"),
    path("inbox/<int:pk>/", AlertPage.as_view(), name="alert"),
]
