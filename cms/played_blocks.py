"""Video and sound in a piece: a file of the library, or another host's player that a reader's click loads."""

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from cms import players, track_blocks
from cms.track_blocks import TrackBlock

# How each kind of file is sent, whatever it calls itself. Browsers play these.
VIDEO = {"mp4": "video/mp4", "webm": "video/webm"}
AUDIO = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg"}
TYPES = VIDEO | AUDIO | {track_blocks.EXTENSION: "text/vtt; charset=utf-8"}


def _is_of(document, kinds: dict[str, str]) -> bool:
    return document.file_extension.lower() in kinds


class PlayedBlock(blocks.StructBlock):
    """A file or an address, never both; what is said in it can be read as well."""

    title = blocks.CharBlock(max_length=200, label=_("What it is"), help_text=_("Readers see it before they play it."))
    file = DocumentChooserBlock(
        required=False,
        label=_("File of the library"),
        help_text=_(
            "It plays for everybody. Attached under Files of a gated piece as well, it stands behind the gate."
        ),
    )
    address = blocks.URLBlock(
        required=False,
        label=_("or its address at another host"),
        help_text=_("%s. Nothing is loaded from there before a reader asks for it.") % ", ".join(players.NAMES),
    )

    tracks = blocks.ListBlock(
        TrackBlock(),
        default=[],
        label=_("Captions and subtitles"),
        help_text=_("Of a file of ours, one file a language. Readers choose; captions are shown from the start."),
    )
    language = blocks.ChoiceBlock(
        choices=track_blocks.languages,
        required=False,
        label=_("Language that is spoken"),
        help_text=_("And of the transcript. Empty: the language of the site."),
        search_index=False,
    )
    transcript = blocks.RichTextBlock(required=False, features=["bold", "italic", "ul", "ol"], label=_("Transcript"))

    kinds: dict[str, str] = {}

    def to_python(self, value):
        """With captions as they were kept before they had a language."""
        return super().to_python(track_blocks.renewed(value))

    def bulk_to_python(self, values):
        """The same for all of a piece at once."""
        return super().bulk_to_python([track_blocks.renewed(value) for value in values])

    def clean(self, value):
        """One of file and address, of a kind that browsers play, of a host whose player we know."""
        value = super().clean(value)
        if errors := self.mistakes(value):
            raise StructBlockValidationError({name: ValidationError(words) for name, words in errors.items()})
        return value

    def mistakes(self, value) -> dict[str, str]:
        """{field: what is wrong and how to mend it}"""
        file, address = value["file"], value["address"]
        if bool(file) == bool(address):
            return {"address": _("Choose a file or write an address: one of both.")}
        if file and not _is_of(file, self.kinds):
            return {"file": _("Browsers cannot play this. Choose a file that ends in %s.") % ", ".join(self.kinds)}
        if address and not players.find(address):
            known = ", ".join(players.NAMES)
            return {"address": _("We know the players of %s. For others put a link into the text.") % known}
        if address and value["tracks"]:
            return {"tracks": _("Captions go with a file of ours; that host has its own. Remove them here.")}
        words = track_blocks.mistake(value["tracks"])
        return {"tracks": words} if words else {}

    def get_context(self, value, parent_context=None):
        """With where the file plays from, or the player."""
        context = super().get_context(value, parent_context=parent_context)
        file = value["file"]
        extension = file.file_extension.lower() if file else ""
        return context | {
            "source": play_url(file) if extension in self.kinds else "",
            "content_type": self.kinds.get(extension, ""),
            "player": players.find(value["address"] or ""),
            "tracks": track_blocks.shown(value["tracks"], play_url),
        }


class VideoBlock(PlayedBlock):
    """A moving picture, with captions for who cannot hear it."""

    poster = ImageChooserBlock(required=False, label=_("Picture before it plays"))

    kinds = VIDEO

    class Meta:
        icon = "media"
        template = "cms/blocks/video.html"
        description = _("A file, or a player that loads when a reader clicks")
        form_layout = ["title", "file", "address", "poster", "tracks", "language", "transcript"]


class AudioBlock(PlayedBlock):
    """Something to hear, and to read for who cannot."""

    kinds = AUDIO

    class Meta:
        icon = "media"
        template = "cms/blocks/audio.html"
        description = _("A recording: a file, or a player that loads when a reader clicks")


def play_url(document) -> str:
    """Where a file plays from: in parts, so that one may jump in it."""
    return reverse("play", args=[document.pk, document.filename])
