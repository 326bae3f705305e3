"""The route matrix: every address of ours says which right it asks for, or stands below with the reason it is public.

An address nobody declared fails. Addresses of Wagtail's own screens over our models answer to Django's permissions,
which `cms/policy.py` grants: those are asked here as somebody who may enter the admin and has no right at all.
"""

import re
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import Permission
from django.urls import get_resolver

from cms import policy

APPS = ("cms", "tracking", "editorial", "nurture")
PUBLIC = {
    "topics/": "the public site",
    "topics/<slug:slug>/": "the public site",
    "topics/<slug:slug>/feed/": "the public site",
    "topics/<slug:slug>/feed/atom/": "the public site",
    "stages/<slug:slug>/": "the public site",
    "for/<slug:slug>/": "the public site",
    "authors/<slug:slug>/": "the public site",
    "search/": "the public site",
    "rate/": "a reader rates without an account; the form carries a signed token",
    "poll/": "a reader answers without an account; the form carries a signed token",
    "rate/more/": "a reader adds to the rating just given; the form carries a signed token",
    "rate/<str:token>/": "a star in a mail; the signed token in the address says whose mail it was",
    "subscribe/": "a reader subscribes without an account; the form carries a signed token",
    "subscribe/<uuid:key>/": "the link in its mails; the key cannot be guessed",
    "surveys/answer/<str:token>/": "a survey by mail; the signed token in the address says whose mail it was",
    "surveys/<slug:slug>/": "a reader answers without an account; the form carries a signed token",
    "comments/": "a reader comments without an account; the form carries a signed token",
    "comments/<uuid:key>/": "the link in the mail that confirms an address; the key cannot be guessed",
    "next/<int:piece>/": "what to read next, for the browser that asks; it changes nothing",
    "get/<int:piece>/": "the form before the files of a piece: readers have no account",
    "get/<int:piece>/send/": "the same form, sent; it carries a signed token",
    "get/files/<str:token>/": "the files of who sent the form; the signed token is their key",
    "get/file/<str:token>/<str:name>": "one of them; the signed token is for this file and contact",
    "get/again/<str:token>/": "a new link in place of an expired one, mailed to the address it was for",
    "feed/": "the public site",
    "feed/atom/": "the public site",
    "your-data/": "what is kept of a reader, and their answer",
    "your-data/<str:token>/": "the same for somebody we mail; the signed token of their mail proves who they are",
    "calendar/<str:secret>.ics": "a calendar program has no session; the secret in the address is its key",
    "approve/<str:secret>/": "an approver has no account; the secret in the address is their key, for one revision",
    "approve/<str:secret>/text/": "the revision that they are asked about",
    "expert/<str:secret>/": "an expert has no account; the secret in the address is their key, for one interview",
    "documents/<int:number>/<path:name>": "open files; what is gated or internal is kept by its own rule",
    "robots.txt": "the public site",
    "sitemap.xml": "the public site",
    "sitemap-lists.xml": "the public site",
    "sitemap-pieces-<int:part>.xml": "the public site",
    "play/<int:pk>/<str:name>": "video and sound of the public site; who may have it is asked as for /documents/",
    "media/images/<path:name>": "pictures of the public site; documents are served by Wagtail's guarded view",
}
PUBLIC_API = {"GET /assets": "what the public site shows"}
# Wagtail's choosers show names to everybody who may enter the admin. Only models whose names are no secret to staff.
NAMES_ARE_NO_SECRET = {"SignalAgreement", "Rule", "EmailTemplate", "LibraryImage", "LibraryDocument", "Author"}
SAMPLES = {"int": "1", "str": "1", "slug": "x", "uuid": "00000000-0000-0000-0000-000000000000", "path": "x"}


@dataclass(frozen=True)
class Route:
    """One address: its pattern, the view behind it, and the model of ours that the view is about."""

    path: str
    view: object
    module: str
    right: str | None
    model: str

    @property
    def ours(self):
        return self.module.split(".")[0] in APPS

    @property
    def is_chooser(self):
        return "/choose/" in self.path or "chooser/" in self.path

    def sample(self):
        """An address that matches the pattern."""
        path = re.sub(r"\(\?P<\w+>([^()]*)\)", lambda found: "live" if "live" in found[1] else "1", self.path)
        path = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], path)
        return "/" + path.replace(r"\.", ".").replace("^", "").rstrip("$")


def walk(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from walk(pattern.url_patterns, path)
        else:
            yield route(path, pattern.callback)


def route(path, callback):
    view = getattr(callback, "view_class", callback)
    model = getattr(callback, "view_initkwargs", {}).get("model") or getattr(view, "model", None)
    meta = getattr(model, "_meta", None)
    right = getattr(callback, "right", None) or getattr(view, "right", None)
    module = getattr(view, "__module__", "")
    return Route(path, callback, module, right, meta.object_name if meta and meta.app_label in APPS else "")


ROUTES = list(walk(get_resolver().url_patterns))
OURS = [one for one in ROUTES if one.ours and not one.path.startswith("api/")]
SCREENS = [one for one in ROUTES if one.path.startswith("admin/") and (one.ours or one.model)]


def test_every_address_of_ours_asks_for_a_declared_right_or_is_public_for_a_reason():
    by_django = {one.path for one in SCREENS if one.model and not one.right}
    undeclared = sorted(
        one.path for one in OURS if not one.right and one.path not in PUBLIC and one.path not in by_django
    )
    assert undeclared == []
    assert {one.path: one.right for one in OURS if one.right and one.right not in policy.rights()} == {}


def test_no_public_address_is_listed_that_is_gone_or_asks_for_a_right():
    free = {one.path for one in OURS if not one.right}
    assert set(PUBLIC) - free == set()


def test_every_address_of_the_api_asks_for_a_log_in_or_is_public_for_a_reason(client, db):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    answers = {
        f"{method.upper()} {path.removeprefix('/api/v1')}": client.generic(method.upper(), path).status_code
        for path, methods in paths.items()
        for method in methods
    }
    assert len(answers) > 1
    assert {name for name, status in answers.items() if status != 401} == set(PUBLIC_API)


@pytest.fixture
def guest(make_user):
    """Somebody who may enter the admin and has no right at all."""
    user = make_user("guest")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


def test_nobody_anonymous_comes_past_the_door_of_any_screen(client, db):
    let_in = {
        one.path: answer.status_code
        for one in SCREENS
        if (answer := client.get(one.sample())).status_code != 302 or "/login/" not in answer["Location"]
    }
    assert let_in == {}


def test_every_screen_refuses_who_has_no_right(client, guest):
    assert len(SCREENS) > 100
    client.force_login(guest)
    let_in = {}
    for one in SCREENS:
        if one.is_chooser and one.model in NAMES_ARE_NO_SECRET:
            continue
        for method in (client.get, client.post):
            answer = method(one.sample())
            if answer.status_code not in (302, 403, 404, 405):
                let_in[one.path] = answer.status_code
    assert let_in == {}
