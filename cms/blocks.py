"""What a piece's body is made of."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.images.blocks import ImageBlock

TEXT_FEATURES = ["h2", "h3", "h4", "bold", "italic", "link", "ol", "ul", "hr", "code", "document-link"]


class QuoteBlock(blocks.StructBlock):
    """Somebody's words, with their name."""

    text = blocks.TextBlock()
    name = blocks.CharBlock(required=False)

    class Meta:
        icon = "openquote"
        template = "cms/blocks/quote.html"


class BodyBlock(blocks.StreamBlock):
    """The body of an asset: text, pictures, quotes, tables, code."""

    text = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Text"))
    image = ImageBlock(label=_("Picture"), template="cms/blocks/image.html")
    quote = QuoteBlock(label=_("Quote"))
    table = TypedTableBlock(
        [("text", blocks.CharBlock(required=False)), ("number", blocks.FloatBlock(required=False))],
        label=_("Table"),
    )
    code = blocks.TextBlock(label=_("Code"), icon="code", template="cms/blocks/code.html")

    class Meta:
        required = False
