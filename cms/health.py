"""What `doctor` and the health page ask: each app lists its checks in `health.CHECKS`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wagtail.utils.apps import get_app_submodules


@dataclass(frozen=True)
class Finding:
    """The answer of a check: fine or not, in words, and how to mend it."""

    ok: bool
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Check:
    """A named question with one answer."""

    name: str
    ask: Callable[[], Finding]


def checks() -> list[Check]:
    """All checks, in INSTALLED_APPS order."""
    return [check for _, module in get_app_submodules("health") for check in getattr(module, "CHECKS", [])]


def findings() -> Iterator[tuple[Check, Finding]]:
    """Ask every check; one that breaks is itself a finding, and the others are still asked."""
    for check in checks():
        try:
            yield check, check.ask()
        except Exception as error:  # noqa: BLE001 -- a broken check must not hide the other answers
            yield check, Finding(False, f"{type(error).__name__}: {error}", "See the log for the whole error.")


CHECKS: list[Check] = []
