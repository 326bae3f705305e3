"""Who may do what: one table, filled by each app's `policies.py`, refused by default.

A right is a word such as `contact.view`. For each group it is ALL, OWN (only objects that belong to the person)
or absent. Views ask `require(right)`, lists ask `visible(user, right, queryset)`, both with the same answer.
"""

from dataclasses import dataclass, field
from functools import wraps

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.views import redirect_to_login
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.utils.module_loading import autodiscover_modules

EDITOR, MARKETER, SALESPERSON, SALES_MANAGER = "Editor", "Marketer", "Salesperson", "Sales manager"
SERVICE, ANALYST, ADMIN = "Service", "Analyst", "Admin"
GROUPS = (EDITOR, MARKETER, SALESPERSON, SALES_MANAGER, SERVICE, ANALYST, ADMIN)
ALL, OWN = "all", "own"


@dataclass(frozen=True)
class Right:
    """One line of the table: the right's key, what each group has of it, and how "own" is found in a query."""

    key: str
    scopes: dict[str, str]
    own: object = None  # callable(user) -> Q, needed when a group has OWN


@dataclass
class _Table:
    rights: dict[str, Right] = field(default_factory=dict)
    models: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)


_table = _Table()


def declare(key: str, *, all: tuple[str, ...] = (), own: tuple[str, ...] = (), whose=None) -> None:
    """Add a right: the groups that have it on everything, those that have it on their own, and whose(user) -> Q.

    Admins have every right. Raises ValueError for a double key, an unknown group, or `own` without `whose`.
    """
    if key in _table.rights:
        raise ValueError(f"Right {key!r} is declared twice")
    if unknown := set(all + own) - set(GROUPS):
        raise ValueError(f"Right {key!r} names unknown groups: {sorted(unknown)}")
    if own and whose is None:
        raise ValueError(f"Right {key!r} gives OWN but does not say whose")
    scopes = dict.fromkeys(own, OWN) | dict.fromkeys((*all, ADMIN), ALL)
    _table.rights[key] = Right(key, scopes, whose)


def declare_model(label: str, **actions: tuple[str, ...]) -> None:
    """Give groups Django's model permissions, for Wagtail's own screens: declare_model("cms.topic", add=(EDITOR,))."""
    _table.models[label] = {action: (*groups, ADMIN) for action, groups in actions.items()}


def load() -> None:
    """Import every installed app's `policies` module. Called once at start."""
    autodiscover_modules("policies")


def rights() -> dict[str, Right]:
    """The whole table, for the route matrix test and the help page."""
    return dict(_table.rights)


def scope(user, key: str) -> str | None:
    """ALL, OWN or None for this user; an undeclared right is a programming error and raises KeyError."""
    right = _table.rights[key]
    if not user.is_active or not user.is_authenticated:
        return None
    if user.is_superuser:
        return ALL
    held = {right.scopes.get(name) for name in group_names(user)}
    return ALL if ALL in held else OWN if OWN in held else None


def group_names(user) -> list[str]:
    """The user's group names, read once per user object."""
    if not hasattr(user, "_lede_groups"):
        user._lede_groups = list(user.groups.values_list("name", flat=True))
    return user._lede_groups


def may(user, key: str) -> bool:
    """Has this user the right on anything at all?"""
    return scope(user, key) is not None


def visible(user, key: str, queryset):
    """The part of `queryset` this user has the right on: all, their own, or none."""
    held = scope(user, key)
    if held == ALL:
        return queryset
    if held == OWN:
        return queryset.filter(_table.rights[key].own(user) or Q(pk__in=[])).distinct()
    return queryset.none()


def get_visible(user, key: str, queryset, **lookup):
    """One object this user has the right on. Another's and a missing one answer alike: Http404."""
    found = visible(user, key, queryset).filter(**lookup).first()
    if found is None:
        raise Http404
    return found


def require(key: str):
    """Decorate a view: strangers log in, staff without the right get 403. The view carries `.right` for the matrix."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), "wagtailadmin_login")
            if not may(request.user, key):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.right = key
        return guarded

    return decorate


class RightRequired:
    """For class-based screens: set `right`; the same answers as `require`."""

    right: str

    def dispatch(self, request, *args, **kwargs):
        return require(self.right)(super().dispatch)(request, *args, **kwargs)


def grant_model_permissions(using="default", **_) -> None:
    """Make the groups' Django permissions what the table says: added where missing, removed where no longer said.

    Only permissions of our own apps and of the Wagtail models the table names are touched; what an admin gave
    besides (a page tree, a collection) stays.
    """
    if using != "default":
        return
    groups = {group.name: group for group in Group.objects.filter(name__in=GROUPS)}
    if len(groups) < len(GROUPS):
        return  # the migration that makes them has not run yet
    wanted = {name: set() for name in GROUPS}
    for label, actions in _table.models.items():
        app, model = label.split(".")
        for action, names in actions.items():
            for name in names:
                wanted[name].add((app, f"{action}_{model}"))
    _make_missing(wanted[ADMIN])
    known = _managed_permissions()
    for name, group in groups.items():
        access = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
        mine = {known[pair] for pair in wanted[name] if pair in known} | set(access.values_list("pk", flat=True))
        held = set(group.permissions.values_list("pk", flat=True))
        group.permissions.add(*(mine - held))
        group.permissions.remove(*((held & set(known.values())) - mine))


def _make_missing(pairs: set[tuple[str, str]]) -> None:
    """Permissions the table names and nobody made yet: Wagtail makes "publish" only for screens it already knows."""
    types = {(row.app_label, row.model): row for row in ContentType.objects.all()}
    held = set(Permission.objects.values_list("content_type__app_label", "codename"))
    for app, code in sorted(pairs - held):
        action, model = code.split("_", 1)
        if (app, model) in types:
            Permission.objects.create(
                content_type=types[app, model], codename=code, name=f"Can {action} {types[app, model].name}"
            )


def _managed_permissions() -> dict[tuple[str, str], int]:
    ours = set(settings.FIRST_PARTY_APPS)
    named = {label.split(".")[0] for label in _table.models}
    labels = [config.label for config in apps.get_app_configs() if config.label in ours | named]
    rows = Permission.objects.filter(content_type__app_label__in=labels)
    return {
        (app, code): pk
        for app, code, model, pk in rows.values_list("content_type__app_label", "codename", "content_type__model", "pk")
        if app in ours or f"{app}.{model}" in _table.models
    }
