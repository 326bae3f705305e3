"""Words that go along with what is played: captions for who cannot hear, subtitles for who speaks another language."""

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock

CAPTIONS, SUBTITLES = "captions", "subtitles"
KINDS = [
    (CAPTIONS, _("Captions: all that is heard, to read")),
    (SUBTITLES, _("Subtitles: a translation")),
]
EXTENSION = "vtt"


def languages() -> list[tuple[str, str]]:
    """(code, name) of the languages that Django knows by name, the site's own first, then by name."""
    known = [code for code, info in LANG_INFO.items() if "name" in info]
    rows = [(code, capfirst(get_language_info(code)["name_translated"])) for code in known]
    return sorted(rows, key=lambda row: (row[0] != settings.LANGUAGE_CODE, row[1]))


def own_name(code: str) -> str:
    """The language as those who speak it write it; the code of one that we do not know."""
    try:
        return capfirst(get_language_info(code)["name_local"])
    except KeyError:
        return code


class TrackBlock(blocks.StructBlock):
    """One file of timed words, in one language."""

    file = DocumentChooserBlock(label=_("File (.vtt)"))
    kind = blocks.ChoiceBlock(choices=KINDS, default=CAPTIONS, label=_("What it holds"), search_index=False)
    language = blocks.ChoiceBlock(choices=languages, label=_("Language"), search_index=False)

    class Meta:
        icon = "openquote"

    def clean(self, value):
        """Browsers read WebVTT only."""
        value = super().clean(value)
        if value["file"] and value["file"].file_extension.lower() != EXTENSION:
            words = _("Choose a file in the form WebVTT, one that ends in vtt.")
            raise StructBlockValidationError({"file": ValidationError(words)})
        return value


def renewed(stored):
    """A stored video as it is kept today: once there was one file of captions, of no language that was said."""
    if not isinstance(stored, dict) or "tracks" in stored or not stored.get("captions"):
        return stored
    one = {"file": stored["captions"], "kind": CAPTIONS, "language": settings.LANGUAGE_CODE}
    return {**stored, "tracks": [one]}


def mistake(tracks) -> str:
    """Why these cannot stand beside each other: "" where they can."""
    pairs = [(track["kind"], track["language"]) for track in tracks]
    if len(pairs) == len(set(pairs)):
        return ""
    return _("Two of them are of the same kind and language, so nobody could choose between them. Remove one.")


def shown(tracks, url) -> list[dict]:
    """What a player offers, in the editor's order: `url(file)`, kind, language, label; and which it begins with.

    That is the first captions, else subtitles in the language of the site.
    """
    rows = [
        {"kind": track["kind"], "language": track["language"], "src": url(track["file"]), "label": label_of(track)}
        for track in tracks
        if track["file"]
    ]
    first = [row for row in rows if row["kind"] == CAPTIONS]
    first += [row for row in rows if row["language"] == settings.LANGUAGE_CODE]
    for row in first[:1]:
        row["is_default"] = True
    return rows


def label_of(track) -> str:
    """As its button in the player says it."""
    name = own_name(track["language"])
    return _g("%s (captions)") % name if track["kind"] == CAPTIONS else name
