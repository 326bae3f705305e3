"""WordPress's shortcodes: captions, galleries and players are read, all others stay as text and are told."""

import re
from collections.abc import Mapping
from html import escape

from cms import players
from cms.importers.notices import Notice

# No pattern looks past the next beginning of its own kind: what is never closed, a thousand times, costs no more.
CODE = re.compile(r"<pre\b(?:(?!<pre\b).)*?</pre>|<code\b(?:(?!<code\b).)*?</code>", re.DOTALL | re.IGNORECASE)
CAPTION = re.compile(r"\[caption\b[^\[\]]*\]((?:(?!\[caption\b).)*?)\[/caption\]", re.DOTALL)
CAPTION_IN_TAG = re.compile(r"\[caption\b[^\]]*\bcaption=\"([^\"]*)\"[^\]]*\]", re.DOTALL)
PICTURE = re.compile(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)", re.DOTALL)
GALLERY = re.compile(r"\[gallery\b([^\[\]]*)\]")
IDS = re.compile(r"\bids=[\"'”]?([\d,\s]+)")
PLAYER = re.compile(
    r"\[(?:embed|audio|video|playlist)\b([^\[\]]*)\](?:\s*(https?://[^\s\[]+)\s*\[/(?:embed|audio|video)\])?"
)
SOURCE = re.compile(r"\b(?:src|mp3|m4a|ogg|wav|mp4|m4v|webm|ogv)=[\"'”]?(https?://[^\s\"'”\]]+)")
# With attributes, with an end, or with a name no writer puts between brackets.
OTHER = re.compile(
    r"\[(?P<name>[a-zA-Z][\w-]*)(?:\s[^\[\]<>]*=[^\[\]<>]*)\]"
    r"|\[(?P<pair>[a-zA-Z][\w-]*)\](?=.{0,2000}?\[/(?P=pair)\])"
    r"|\[(?P<odd>[a-zA-Z]+[_-][\w-]+)[^\[\]<>]*\]",
    re.DOTALL,
)


def without_shortcodes(content: str, attachments: Mapping[str, str], notices: list[Notice]) -> str:
    """`content` with those read that have one meaning. Code is never touched. `attachments`: address by id."""
    parts, at = [], 0
    for code in CODE.finditer(content):
        parts += [_read(content[at : code.start()], content, at, attachments, notices), code.group()]
        at = code.end()
    return "".join([*parts, _read(content[at:], content, at, attachments, notices)])


def _read(text: str, content: str, at: int, attachments: Mapping[str, str], notices: list[Notice]) -> str:
    first_line = content.count("\n", 0, at) + 1
    for found in OTHER.finditer(text):
        name = found["name"] or found["pair"] or found["odd"]
        if name not in ("caption", "gallery", "embed", "audio", "video", "playlist"):
            line = first_line + text.count("\n", 0, found.start())
            mend = "Write what it should show instead."
            notices.append(Notice(line, f"Shortcode kept as text: {found.group()[:80]}", mend))
    text = CAPTION.sub(_figure, text)
    text = GALLERY.sub(lambda found: _gallery(found, attachments, notices), text)
    return PLAYER.sub(_player, text)


def _figure(found: re.Match) -> str:
    picture = PICTURE.match(found[1])
    inside = CAPTION_IN_TAG.match(found.group())
    words = (inside[1] if inside else picture[2] if picture else found[1]).strip()
    return f"<figure>{picture[1] if picture else ''}<figcaption>{words}</figcaption></figure>"


def _gallery(found: re.Match, attachments: Mapping[str, str], notices: list[Notice]) -> str:
    ids = IDS.search(found[1])
    known = [attachments[pk] for pk in re.findall(r"\d+", ids[1]) if pk in attachments] if ids else []
    if not known:
        mend = "Add the pictures by hand."
        notices.append(Notice(0, f"The gallery names no picture of this export: {found.group()[:80]}", mend))
        return found.group()
    return "<div>" + "".join(f'<img src="{escape(address)}" alt="">' for address in known) + "</div>"


def _player(found: re.Match) -> str:
    source = SOURCE.search(found[1] or "")
    address = found[2] or (source[1] if source else "")
    return embedded(address) if address else found.group()


def embedded(address: str) -> str:
    """What a bare address of something to play stands for: the player, where we know it, else a link."""
    if players.find(address):
        return f'<iframe src="{escape(address)}"></iframe>'
    return f'<p><a href="{escape(address)}">{escape(address)}</a></p>'
