"""What a piece's body is made of. What is played, by file or by another host's player: `played_blocks.py`."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock, ImageChooserBlock

from cms import charts
from cms.author_chooser import AuthorChooserBlock
from cms.played_blocks import AudioBlock, VideoBlock

TEXT_FEATURES = ["h2", "h3", "h4", "bold", "italic", "link", "ol", "ul", "hr", "code", "document-link"]
WORDS, FIGURES, PLAYED, ONWARD = _("Words and pictures"), _("Figures"), _("To watch and hear"), _("Where to go on")
MOST_POINTS, MOST_RELATED = 24, 6


class QuoteValue(blocks.StructValue):
    """Who is quoted: what was written here by hand, else what their profile says."""

    @property
    def who(self) -> str:
        """Their name."""
        return self["name"] or self._of_profile("name", "")

    @property
    def why(self) -> str:
        """Their role, and where: of somebody named by hand only what was written here."""
        return self["role"] or self._of_profile("of_what", "")

    @property
    def face(self):
        """Their picture, or None."""
        return self["portrait"] or self._of_profile("portrait", None)

    def _of_profile(self, name: str, otherwise):
        profile = self.get("profile")
        return getattr(profile, name) if profile else otherwise


class QuoteBlock(blocks.StructBlock):
    """Somebody's words: who said them, what they do, and what they look like."""

    text = blocks.TextBlock(label=_("What they said"))
    profile = AuthorChooserBlock(
        required=False,
        label=_("Who said it"),
        help_text=_(
            "A profile under Library › Authors and experts brings name, role and picture, and leads to their page."
        ),
    )
    name = blocks.CharBlock(
        required=False,
        label=_("Name"),
        help_text=_("For somebody without a profile; else it stands in place of its name."),
    )
    role = blocks.CharBlock(required=False, label=_("Role and organisation"), help_text=_("Why they know."))
    portrait = ImageChooserBlock(required=False, label=_("Portrait"))

    class Meta:
        icon = "openquote"
        value_class = QuoteValue
        template = "cms/blocks/quote.html"
        description = _("The words of an expert or a customer, with who they are")
        preview_value = {"text": _("We stopped guessing."), "name": "Ines Falk", "role": _("Head of quality")}

    def get_searchable_content(self, value):
        """A piece is found by whom it quotes, also where a profile says who that is."""
        named = [value.who, value.why] if value.get("profile") else []
        return [*super().get_searchable_content(value), *filter(None, named)]


class StatisticBlock(blocks.StructBlock):
    """One number that makes the point, and where it is from."""

    number = blocks.CharBlock(max_length=20, label=_("Number"), help_text=_("With its unit: 43 %, € 2.1 m, 3 of 5."))
    words = blocks.CharBlock(max_length=200, label=_("What it says"))
    source = blocks.CharBlock(required=False, max_length=200, label=_("Source"))
    source_address = blocks.URLBlock(required=False, label=_("Address of the source"))

    class Meta:
        icon = "decimal"
        template = "cms/blocks/statistic.html"
        description = _("A number set large, with its source")
        preview_value = {"number": "43 %", "words": _("of warm loads begin at the dock."), "source": _("Our own count")}


class PointBlock(blocks.StructBlock):
    """One figure of a chart."""

    label = blocks.CharBlock(max_length=60, label=_("Label"))
    number = blocks.FloatBlock(label=_("Number"))


class ChartBlock(blocks.StructBlock):
    """A few numbers as bars, or over time as a line; always readable as a table."""

    title = blocks.CharBlock(max_length=200, label=_("What it shows"))
    kind = blocks.ChoiceBlock(choices=[("bars", _("Bars")), ("line", _("Line"))], default="bars", label=_("Drawn as"))
    unit = blocks.CharBlock(required=False, max_length=20, label=_("Unit"), help_text=_("Behind each number: %, days."))
    points = blocks.ListBlock(PointBlock(), min_num=2, max_num=MOST_POINTS, label=_("Figures"))
    source = blocks.CharBlock(required=False, max_length=200, label=_("Source"))

    class Meta:
        icon = "order"
        template = "cms/blocks/chart.html"
        description = _("Bars to compare, or a line over time")
        preview_value = {
            "title": _("Warm loads by cause"),
            "unit": "%",
            "points": [{"label": _("Dock"), "number": 43}, {"label": _("Road"), "number": 31}],
        }

    def clean(self, value):
        """Bars begin at nought, so none is below it."""
        value = super().clean(value)
        if value["kind"] == "bars" and any((point["number"] or 0) < 0 for point in value["points"]):
            error = ValidationError(_("Bars begin at nought: draw a line where numbers are below it."))
            raise StructBlockValidationError({"kind": error})
        return value

    def get_context(self, value, parent_context=None):
        """With each point's share, and the line."""
        context = super().get_context(value, parent_context=parent_context)
        points = charts.scaled([(point["label"], point["number"] or 0) for point in value["points"]] or [("", 0)])
        return context | {"points": points, "line": charts.line(points)}


class DownloadBlock(blocks.StructBlock):
    """A file offered where the text speaks of it; of a gated piece, behind its gate."""

    document = DocumentChooserBlock(label=_("File"))
    label = blocks.CharBlock(required=False, max_length=120, label=_("Name"), help_text=_("Empty: the file's title."))

    class Meta:
        icon = "download"
        template = "cms/blocks/download.html"
        description = _("A file to take along; of a gated piece, behind its gate")


class CallBlock(blocks.StructBlock):
    """What to do next: one sentence, one button."""

    text = blocks.CharBlock(max_length=200, label=_("Sentence"))
    button = blocks.CharBlock(max_length=40, label=_("On the button"))
    page = blocks.PageChooserBlock(required=False, label=_("Page of ours"))
    address = blocks.URLBlock(required=False, label=_("or another address"))

    class Meta:
        icon = "arrow-right-full"
        template = "cms/blocks/call.html"
        description = _("One sentence and one button: the step that follows")

    def clean(self, value):
        """It leads to one place."""
        value = super().clean(value)
        if bool(value["page"]) == bool(value["address"]):
            error = ValidationError(_("Choose a page of ours or write an address: one of both."))
            raise StructBlockValidationError({"address": error})
        return value


class RelatedBlock(blocks.StructBlock):
    """Pieces that belong beside this one. Those that readers cannot see are left out."""

    heading = blocks.CharBlock(required=False, max_length=80, label=_("Heading"), help_text=_("Empty: “See also”."))
    pieces = blocks.ListBlock(
        blocks.PageChooserBlock(page_type="cms.AssetPage"), min_num=1, max_num=MOST_RELATED, label=_("Pieces")
    )

    class Meta:
        icon = "list-ul"
        template = "cms/blocks/related.html"
        description = _("Pieces to read beside this one")


class BodyBlock(blocks.StreamBlock):
    """The body of an asset."""

    text = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Text"), group=WORDS)
    image = ImageBlock(label=_("Picture"), template="cms/blocks/image.html", group=WORDS)
    quote = QuoteBlock(label=_("Quote"), group=WORDS)
    code = blocks.TextBlock(label=_("Code"), icon="code", template="cms/blocks/code.html", group=WORDS)
    statistic = StatisticBlock(label=_("Statistic"), group=FIGURES)
    chart = ChartBlock(label=_("Chart"), group=FIGURES)
    table = TypedTableBlock(
        [("text", blocks.CharBlock(required=False)), ("number", blocks.FloatBlock(required=False))],
        label=_("Table"),
        group=FIGURES,
    )
    video = VideoBlock(label=_("Video"), group=PLAYED)
    audio = AudioBlock(label=_("Sound"), group=PLAYED)
    download = DownloadBlock(label=_("Download"), group=ONWARD)
    call = CallBlock(label=_("Call to action"), group=ONWARD)
    related = RelatedBlock(label=_("Related pieces"), group=ONWARD)

    class Meta:
        required = False
