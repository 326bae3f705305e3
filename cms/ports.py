"""What the library asks of higher apps without knowing them.

A port answers "not known yet" (its default) until an app that can do better fills it in `AppConfig.ready`.
"""

from collections.abc import Callable
from typing import Any


class Port:
    """One question with a default answer; `fill` sets who answers, and a second filler is a mistake."""

    def __init__(self, name: str, default: Callable[..., Any]):
        self.name, self._default, self._answer = name, default, None

    def fill(self, answer: Callable[..., Any]) -> None:
        """Let `answer` take the question from now on. Raises ValueError when somebody already does."""
        if self._answer not in (None, answer):
            raise ValueError(f"Port {self.name!r} is already filled by {self._answer!r}")
        self._answer = answer

    @property
    def is_filled(self) -> bool:
        """Does anybody answer?"""
        return self._answer is not None

    def __call__(self, *args, **kwargs):
        return (self._answer or self._default)(*args, **kwargs)


# reader(request) -> {"key": str | None, "known": dict, "read": set of asset ids, "stage": id | None,
# "persona": id | None}. Of a proven contact, else only what this browser read; told by the visitor key that a form or
# script of ours posted: a page that is fetched carries none, so it may be cached. `known`: {"email" and
# cms.gates.models.Fills: text} of what is not empty.
reader = Port("reader", lambda request: {"key": None, "known": {}, "read": set(), "stage": None, "persona": None})

# audience() -> {(stage_id, persona_id | None): {"contacts": n, "accounts": n, "weeks": float | None, "searches": n or
# None}} (of 90 days that found nothing, by people whose stage and persona we know), or None: not known yet
audience = Port("audience", lambda: None)

# asset_figures(ids) -> {asset_id: {"views", "readers", "reads", "downloads", "useful", "not_useful": all n}};
# missing: not known yet
asset_figures = Port("asset_figures", lambda ids: {})

# persona_reading(persona_id) -> [(asset id, how many people of that persona took it in lately)], most read first;
# None: not known yet
persona_reading = Port("persona_reading", lambda persona_id: None)

# agreement_figures(ids) -> {agreement_id: {"alerts", "people", "accepted", "rejected", "recycled", "open": all n}};
# missing: not known yet
agreement_figures = Port("agreement_figures", lambda ids: {})

# stage_rules(user) -> {slug of a stage: [(name of a rule in force that moves people there, why, its address for this
# user or "")]}; None: not known yet
stage_rules = Port("stage_rules", lambda user: None)

# scorecards(ids, at) -> {asset_id: {days: {each of `cms.scorecards.COUNTED`: n}}} for each of its periods, counted back
# from `at`; every id is there. {}: not known yet
scorecards = Port("scorecards", lambda ids, at: {})

# readings(asset_id, since) -> [{"week": its Monday, "views", "reads", "downloads": all n}], oldest first, no week left
# out; None: not known yet
readings = Port("readings", lambda asset_id, since: None)

# consent_questions() -> [{"purpose", "words", "version"}]: what a form may ask consent for, as it is worded now
consent_questions = Port("consent_questions", lambda: [])


def _unsigned(token: str) -> dict[str, Any]:
    raise ValueError("nobody signs links here")


# sign_link(payload) -> token for a link to a file; read_link(token) -> payload, or ValueError for what is not ours
sign_link = Port("sign_link", lambda payload: "")
read_link = Port("read_link", _unsigned)
