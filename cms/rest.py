"""The HTTP API under /api/v1/: every app brings a `router` in its `api.py`; the schema is at /api/v1/openapi.json.

No documentation page: django-ninja's would load its script from another host.
"""

from ninja import NinjaAPI
from ninja.security import django_auth
from wagtail.utils.apps import get_app_submodules


def build() -> NinjaAPI:
    """The API of all installed apps. Log-in by session; a route that is public says so itself."""
    api = NinjaAPI(title="Lede", version="1", docs_url=None, auth=django_auth, urls_namespace="api")
    for name, module in get_app_submodules("api"):
        if hasattr(module, "router"):
            api.add_router("", module.router, tags=[name])
    return api
