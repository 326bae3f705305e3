"""What a user agent gives away about its sender. General rules first, the list of known crawlers second.

Every browser of the last thirty years tells the system it runs on and the engine it draws with; a program tells its
own name, an address to complain to, or neither. Measured with `benchmarks/judge_agents.py`: docs/robots.md.
"""

import re
from functools import lru_cache

import crawleruseragents

# Words of RFC 9110's product tokens and comments that name a system a person holds in hand or sits at.
SYSTEMS = re.compile(
    r"windows|win\d|win9x|macintosh|mac[ _]?(?:os|powerpc|intel)|\bmac\b|linux|x11|bsd|sunos|cygwin|irix|hp-ux|qnx"
    r"|inferno|android|iphone|ipad|ipod|\bios\b|darwin|cfnetwork|dalvik|watchos|tvos|appletv|cros|crkey|\bmozac"
    r"|amiga|beos|morphos|os/2|haiku|syllable|risc os|playstation|nintendo|xbox|smart-?tv|web0?s|hpwos|tizen|kaios|bada"
    r"|roku|vizio|kindle|blackberry|bb10|symbian|series\d0|nokia|palm|maemo|meego|midp|samsung|sonyericsson|\bhtc\b"
    r"|\blg[-e]|mot-|mobile|\barm(?:64|v\d)|msie|msoffice|ms-office",
    re.IGNORECASE,
)
ENGINES = re.compile(r"AppleWebKit/.*Safari/|rv:.*Gecko/|KHTML/|Presto/|Trident/")
TEXT_BROWSERS = re.compile(r"^(?:e?links|lynx|w3m|dillo|netsurf|ncsa_mosaic)\b", re.IGNORECASE)
BROWSER_START = re.compile(r"^(?:mozilla|opera)/", re.IGNORECASE)
GARBLED = re.compile(r"[<>'\"=]")

# What programs that visit pages call themselves. `cubot` makes phones, CamScanner is an app people read in.
TRADES = re.compile(
    r"(?<!cu)bot(?![a-z])|robot|crawl|spider|slurp|scrap(?:e|y|ing)|grabber|harvest|sucker|archiv(?:e|ing)|collect(?:or|d)"
    r"|(?<![a-z])scan(?:ner|ning)?(?![a-z])|(?<![a-z])prob(?:e|ing)(?![a-z])|monitor|uptime|synthetic|observatory|survey"
    r"|health.?(?:check|service)|check(?:er|ing)?(?![a-z])|validat|verif|inspect|analy[sz]|audit|classif|retriev"
    r"|lighthouse|page.?speed|speed.?curve|benchmark|(?<![a-z])ping(?![a-z])|(?<![a-z])splash(?![a-z])"
    r"|fetch(?:er|ing)(?![a-z])|preview(?![a-z])|screenshot|favicon|thumb(?:nail|or)|proxy|transcod|weblight"
    r"|(?<![a-z])feed(?!back)|rss(?![a-z0-9])|(?<![a-z0-9])rss|aggregat|subscriber|indexer|search.?(?:engine|console)"
    r"|(?<![a-z])seo(?![a-z])|webmaster|agent(?![a-z])|antivirus|clamav|devtools|workflow|daemon|getter(?![a-z])"
    r"|(?<![a-z])(?:cron|cli)(?![a-z])",
    re.IGNORECASE,
)
DRIVERS = re.compile(r"headless|phantom(?:js|as)|puppeteer|playwright|selenium|webdriver|cypress", re.IGNORECASE)
CLIENTS = re.compile(
    r"http.?client|httplib|httpx|libcurl|(?<![a-z])curl|wget|python|(?<![a-z])(?:java/|perl|ruby|php|rest-)|go-http|okhttp"
    r"|grpc|axios|undici|node-fetch",
    re.IGNORECASE,
)
CONTACTS = re.compile(
    r"https?:/|www\.|mailto:|[\w.+-]+@[a-z][\w-]*(?:\.[\w-]+)*\.[a-z]{2,}|\b[\w-]+\.(?:com|org|net|io|ai|co\.uk)\)",
    re.IGNORECASE,
)
# Forms that no browser writes: something added inside its engine's comment, all in small letters, one browser quoting
# another, more after a semicolon where the browser has ended.
ODD_FORMS = re.compile(
    r"\(khtml, like gecko(?:;| [a-z]|, (?!safari))|^.+[,|] ?mozilla/|safari/[\d.]+(?:;| \(compatible)"
    r"|(?<!like )firefox/[\d.]+;",
    re.IGNORECASE,
)
MAIL_PROXIES = re.compile(r"(?:image|mail|email).?proxy|ggpht\.com", re.IGNORECASE)
APPLE_MAIL = "Mozilla/5.0"  # all that Mail Privacy Protection says when it fetches the pictures of every mail


@lru_cache(maxsize=8192)
def signs(agent: str) -> tuple[str, ...]:
    """What the user agent alone gives away, as words of tracking/verdicts.py. Remembered: the list is long."""
    if not agent.strip():
        return ("no_user_agent",)
    found = [word for word, pattern in NAMED if pattern.search(agent)]
    if agent.startswith("mozilla/") or ODD_FORMS.search(agent):
        found.append("odd_agent")
    has_system = is_browser(agent)
    if not has_system:
        is_vague = BROWSER_START.match(agent) or GARBLED.search(agent)
        found.append("vague_agent" if is_vague else "no_device")
        if "(compatible;" in agent:
            found.append("odd_agent")
    if crawleruseragents.is_crawler(agent):
        # The same names stand in the browsers built into apps, and the list once held the build of a phone: where a
        # device is named, being listed is a hint and no proof.
        found.append("listed" if has_system else "crawler")
    return tuple(dict.fromkeys(found))


def is_browser(agent: str) -> bool:
    """Does it name a system, an engine as browsers do, or one of the browsers that name neither?"""
    return bool(SYSTEMS.search(agent) or ENGINES.search(agent) or TEXT_BROWSERS.match(agent))


def of_mail_reader(agent: str) -> str:
    """Which machine fetched a mail's pictures in place of its reader: "mail_privacy", "image_proxy", or ""."""
    if agent.strip() == APPLE_MAIL:
        return "mail_privacy"
    return "image_proxy" if MAIL_PROXIES.search(agent) else ""


NAMED = (("declared", TRADES), ("contact_given", CONTACTS), ("headless", DRIVERS), ("scripted", CLIENTS))
