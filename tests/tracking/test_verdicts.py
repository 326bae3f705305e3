"""Which requests are a robot's, by what they say, leave out, and where they come from."""

import json
import subprocess
import sys

import pytest

from tests.installation import ROOT
from tracking import agents, networks, seen, verdicts

ENGINE = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {ENGINE} Chrome/141.0.0.0 Safari/537.36"
BROWSER = {
    "user-agent": CHROME,
    "accept": "text/html,*/*;q=0.8",
    "accept-language": "pt-PT",
    "sec-fetch-mode": "navigate",
}


@pytest.fixture(autouse=True)
def fresh_networks():
    yield
    networks.forget()


def judged(headers=BROWSER, method="GET", source="link", address="192.0.2.7", kind="link_followed"):
    sent = {name.encode(): value.encode() for name, value in headers.items()}
    facts = json.loads(seen.of_asgi({"method": method, "client": (address, 5)}, sent, source).facts)
    verdict, reasons = verdicts.judge(facts, source, kind)
    return str(verdict), reasons


def without(*names):
    return {name: value for name, value in BROWSER.items() if name not in names}


@pytest.mark.parametrize(
    ("changes", "verdict", "reasons"),
    [
        ({}, "human", []),
        ({"method": "HEAD"}, "robot", ["head_request"]),
        ({"headers": BROWSER | {"sec-purpose": "prefetch;anonymous-client-ip"}}, "robot", ["prefetch"]),
        ({"headers": without("accept-language")}, "human", ["no_language"]),
        ({"headers": without("accept", "accept-language"), "source": "script"}, "human", ["no_language"]),
        ({"headers": without("accept")}, "human", ["odd_headers"]),
        ({"headers": without("user-agent")}, "robot", ["no_user_agent"]),
        ({"headers": BROWSER | {"user-agent": "Slackbot 1.0"}}, "robot", ["crawler", "declared", "no_device"]),
    ],
    ids=["browser", "head", "prefetch", "no language", "script without language", "no accept", "no agent", "preview"],
)  # fmt: skip
def test_request_is_judged_by_what_it_says_and_leaves_out(changes, verdict, reasons):
    assert judged(**changes) == (verdict, reasons)


def test_browser_of_today_says_what_it_fetches_for_where_the_address_is_https(settings):
    assert judged(without("sec-fetch-mode"))[1] == []
    settings.BASE_URL = "https://newsroom.example"
    assert judged(without("sec-fetch-mode"))[1] == ["odd_headers"]
    old = BROWSER | {"user-agent": CHROME.replace("141", "61")}
    assert judged({name: old[name] for name in old if name != "sec-fetch-mode"})[1] == []


def test_several_weak_signs_are_enough_together(settings, tmp_path):
    settings.DATACENTRES_FILE = tmp_path / "clouds.txt"
    settings.DATACENTRES_FILE.write_text("198.51.100.0/22 # somebody's cloud\n")
    networks.forget()
    cloud = "198.51.103.9"
    assert judged(address=cloud) == ("human", ["datacentre"])
    assert judged(without("accept-language", "accept"), address=cloud)[0] == "robot"
    assert verdicts.confidence(["no_language", "odd_headers", "datacentre"]) == pytest.approx(0.88)


@pytest.mark.parametrize("address", ["203.0.113.200", "::ffff:203.0.113.200", "2001:db8:1::1"])
def test_our_own_offices_are_internal(settings, address):
    settings.OFFICE_NETWORKS = ["203.0.113.128/25", "2001:db8::/32"]
    networks.forget()
    assert judged(address=address) == ("internal", ["office"])
    assert judged(address="203.0.113.5") == ("human", [])
    assert judged(address="no address") == ("human", [])


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("Mozilla/5.0", "mail_privacy"),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "image_proxy"),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", "image_proxy"),
    ],
)
def test_pictures_fetched_in_place_of_the_reader_are_a_machines(agent, reason):
    verdict, reasons = judged(BROWSER | {"user-agent": agent}, source="pixel", kind="mail_opened")
    assert verdict == "robot"
    assert reason in reasons


@pytest.mark.parametrize(
    "agent",
    [
        CHROME,
        f"Mozilla/5.0 (Linux; Android 14; CUBOT_P80; wv) {ENGINE} Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36",
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {ENGINE} Version/18.1 Safari/605.1.15",
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {ENGINE} Slack/4.4.2 Chrome/138.0.0.0 Electron/37 Safari/537.36",
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {ENGINE} Mobile/15E148 LinkedInApp",
        "Lynx/2.9.2 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/3.0.15",
    ],
    ids=["chrome", "cubot phone", "safari", "chat program", "app", "lynx"],
)  # fmt: skip
def test_browsers_of_people_are_no_robots(agent):
    assert verdicts.confidence(agents.signs(agent)) < verdicts.ENOUGH


def test_every_reason_has_a_weight_and_a_sentence():
    told = (ROOT / "docs" / "robots.md").read_text()
    assert [reason for reason in verdicts.REASONS if f"`{reason}`" not in told] == []


@pytest.mark.data
def test_recall_and_false_positives_on_agents_that_nobody_here_chose(data, tmp_path):
    folder = data / "user_agents" / "isbot"
    command = [sys.executable, "benchmarks/judge_agents.py"]
    files = [f"human:{folder / 'browsers.yml'}", f"bot:{folder / 'crawlers.yml'}"]
    ran = subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True, check=True)
    figures = json.loads(ran.stdout)
    assert figures["recall"] >= 0.90
    assert figures["false_positives"] <= 0.01
    wrong = tmp_path / "agents.tsv"
    wrong.write_text("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0\thuman\nno label\n")
    ran = subprocess.run([*command, str(wrong)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, "line 2: write the user agent, a tab" in ran.stderr) == (2, True)
