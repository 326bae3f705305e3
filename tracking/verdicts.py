"""Was it a person? Each judgement is a list of reasons, each reason has a weight, and together they give confidence.

What the request itself shows is judged when it is stored; what only shows later (a sweep, a page that never reported
back) is added by tracking/hearings.py. docs/robots.md tells each reason in a sentence.
"""

from collections.abc import Iterable

from tracking import agents
from tracking.models.events import Verdict

# How likely a robot it is when this is all we know. A closed list, in the order in which reasons are told.
WEIGHTS = {
    "no_user_agent": 0.95,
    "crawler": 0.95,
    "listed": 0.7,
    "declared": 0.95,
    "contact_given": 0.95,
    "headless": 0.95,
    "scripted": 0.95,
    "no_device": 0.9,
    "odd_agent": 0.9,
    "vague_agent": 0.6,
    "mail_privacy": 0.95,
    "image_proxy": 0.95,
    "head_request": 0.95,
    "prefetch": 0.95,
    "no_language": 0.4,
    "odd_headers": 0.5,
    "datacentre": 0.6,
    "honeypot": 0.99,
    "sweep": 0.98,
    "at_once": 0.6,
    "early": 0.4,
    "no_beacon": 0.85,
}
TOLD = ("staff", "import", "rest")  # the sources of tracking/told.py
INTERNAL = ("staff", "office")  # ours: kept, never counted
REASONS = (*WEIGHTS, *INTERNAL)
ENOUGH = 0.8
PREFETCH_WORDS = ("prefetch", "prerender", "preview")
AT_ONCE, EARLY = 10, 120  # seconds after the mail was handed to the reader's server


def judge(facts: dict[str, str], source: str, kind: str = "") -> tuple[Verdict, list[str]]:
    """The verdict on what the server saw, and its reasons in the order of REASONS.

    History that a server sends was judged by whoever collected it, and what staff tell, or a server without naming a
    browser, was seen by them: the request says nothing about its readers.
    """
    is_silent = facts.get("scope") == "history" or "ua" not in facts
    if source in TOLD or (source == "server" and is_silent):
        return Verdict.HUMAN, []
    return decide([*_of_request(facts, kind), *facts.get("signs", "").split()])


def decide(reasons: Iterable[str]) -> tuple[Verdict, list[str]]:
    """The verdict that these reasons add up to. A robot in our own office is a robot."""
    found = [reason for reason in REASONS if reason in set(reasons)]
    if confidence(found) >= ENOUGH:
        return Verdict.ROBOT, found
    return (Verdict.INTERNAL if any(reason in INTERNAL for reason in found) else Verdict.HUMAN), found


def confidence(reasons: Iterable[str]) -> float:
    """How sure these reasons make us that it was a robot, 0 to 1: each leaves less room for a person."""
    room = 1.0
    for reason in reasons:
        room *= 1 - WEIGHTS.get(reason, 0)
    return round(1 - room, 4)


def after_sending(seconds: float) -> str:
    """What it says that a mail's link was followed so soon after the mail had gone out; "" for later."""
    return "at_once" if seconds < AT_ONCE else "early" if seconds < EARLY else ""


def _of_request(facts: dict[str, str], kind: str) -> list[str]:
    agent = facts.get("ua", "")
    found = list(agents.signs(agent))
    if kind == "mail_opened" and (proxy := agents.of_mail_reader(agent)):
        found.append(proxy)
    if facts.get("method") == "HEAD":
        found.append("head_request")
    if any(word in facts.get("purpose", "").lower() for word in PREFETCH_WORDS):
        found.append("prefetch")
    return found
