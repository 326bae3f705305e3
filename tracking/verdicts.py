"""Was it a person? Each judgement carries its reasons, from a closed list, so that it can be explained and redone."""

from functools import lru_cache

import crawleruseragents

from tracking.models.events import Verdict

# Why an event is judged to be a robot's. docs/tracking.md tells each in a sentence.
NO_USER_AGENT, CRAWLER, HEADLESS = "no_user_agent", "crawler", "headless"
HEAD_REQUEST, PREFETCH, SCRIPTED = "head_request", "prefetch", "scripted"
REASONS = (NO_USER_AGENT, CRAWLER, HEADLESS, HEAD_REQUEST, PREFETCH, SCRIPTED)

PREFETCH_WORDS = ("prefetch", "prerender", "preview")
HEADLESS_WORDS = ("headless", "phantomjs", "electron", "puppeteer", "playwright", "selenium", "webdriver")
SCRIPT_WORDS = (
    "curl/",
    "wget/",
    "python",
    "go-http-client",
    "okhttp",
    "java/",
    "httpx",
    "axios",
    "node-fetch",
    "libwww",
)


def judge(facts: dict[str, str], source: str) -> tuple[Verdict, list[str]]:
    """The verdict on what the server saw, and its reasons in the order of REASONS.

    History that a server sends was judged by whoever collected it: the request says nothing about its readers.
    """
    if source == "server" and facts.get("scope") == "history":
        return Verdict.HUMAN, []
    reasons = list(of_agent(facts.get("ua", "")))
    if facts.get("method") == "HEAD":
        reasons.append(HEAD_REQUEST)
    if any(word in facts.get("purpose", "").lower() for word in PREFETCH_WORDS):
        reasons.append(PREFETCH)
    found = [reason for reason in REASONS if reason in reasons]
    return (Verdict.ROBOT if found else Verdict.HUMAN), found


@lru_cache(maxsize=4096)
def of_agent(agent: str) -> tuple[str, ...]:
    """What the user agent alone gives away. Remembered: the crawler list is hundreds of patterns."""
    if not agent.strip():
        return (NO_USER_AGENT,)
    lower = agent.lower()
    found = []
    if crawleruseragents.is_crawler(agent):
        found.append(CRAWLER)
    if any(word in lower for word in HEADLESS_WORDS):
        found.append(HEADLESS)
    if any(word in lower for word in SCRIPT_WORDS):
        found.append(SCRIPTED)
    return tuple(found)
