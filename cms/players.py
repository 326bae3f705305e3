"""Players of other hosts: which we know, and the frame that a reader's click loads. Nothing is asked of them before."""

import re
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Player:
    """Whose player it is, as readers know it, the host that a click calls, the address of the frame, what it plays."""

    name: str
    host: str
    frame: str
    kind: str = "video"  # or "audio": the blocks of cms/played_blocks.py


_YOUTUBE = r"(?:(?:www\.|m\.)?youtube(?:-nocookie)?\.com/(?:watch\?(?:\S*&)?v=|embed/|shorts/|live/)|youtu\.be/)"
_KNOWN = (
    (rf"{_YOUTUBE}([\w-]{{11}})", "YouTube", "https://www.youtube-nocookie.com/embed/{}?autoplay=1"),
    (r"(?:player\.)?vimeo\.com/(?:video/)?(\d+)(?:[/?#]|\Z)", "Vimeo", "https://player.vimeo.com/video/{}?dnt=1&autoplay=1"),
    (r"open\.spotify\.com/(?:embed/)?((?:episode|show|track)/\w+)", "Spotify", "https://open.spotify.com/embed/{}"),
    (r"((?:www\.)?soundcloud\.com/[\w-]+/[\w-]+)", "SoundCloud", "https://w.soundcloud.com/player/?auto_play=true&url={}"),
)  # fmt: skip
_HEARD = ("Spotify", "SoundCloud")
NAMES = tuple(name for _pattern, name, _frame in _KNOWN)


def find(address: str) -> Player | None:
    """The player of an address, or None for one that we do not know. Pure."""
    for pattern, name, frame in _KNOWN:
        if found := re.match(rf"https?://{pattern}", address.strip(), re.IGNORECASE):
            what = quote(f"https://{found[1]}", safe="") if name == "SoundCloud" else found[1]
            address = frame.format(what)
            return Player(name, address.split("/")[2], address, "audio" if name in _HEARD else "video")
    return None
