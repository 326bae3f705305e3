"""The pages of the public site: the home page, and the assets under it."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from taggit.models import ItemBase
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms.blocks import BodyBlock
from cms.models.merging import FollowsMergedTopics
from cms.models.taxonomy import Objection, Topic
from cms.panels import GatePanel, SalesSaysPanel
from cms.piece_form import PieceForm


class Format(models.TextChoices):
    ARTICLE = "article", _("Article")
    WHITE_PAPER = "white_paper", _("White paper")
    E_BOOK = "e_book", _("E-book")
    CASE_STUDY = "case_study", _("Case study")
    WEBINAR = "webinar", _("Webinar")
    VIDEO = "video", _("Video")
    PODCAST = "podcast", _("Podcast")
    INFOGRAPHIC = "infographic", _("Infographic")
    TOOL = "tool", _("Tool")
    INTERNAL_NOTE = "internal_note", _("Internal sales note")


FORMAT_NAMES = dict(Format.choices)


class Medium(models.TextChoices):
    TEXT = "text", _("Text")
    GRAPHIC = "graphic", _("Graphic")
    AUDIO = "audio", _("Audio")
    VIDEO = "video", _("Video")
    INTERACTIVE = "interactive", _("Interactive")


MEDIUM_OF = {  # most often; text for every other format
    Format.WEBINAR.value: Medium.VIDEO.value,
    Format.VIDEO.value: Medium.VIDEO.value,
    Format.PODCAST.value: Medium.AUDIO.value,
    Format.INFOGRAPHIC.value: Medium.GRAPHIC.value,
    Format.TOOL.value: Medium.INTERACTIVE.value,
}


class Length(models.TextChoices):
    SHORT = "short", _("Short")
    LONG = "long", _("Long")


class Approach(models.TextChoices):
    IDEA = "idea", _("Idea")
    PRODUCT = "product", _("Product")


class ShelfLife(models.TextChoices):
    EVERGREEN = "evergreen", _("Evergreen")
    TIMELY = "timely", _("Timely")


class Audience(models.TextChoices):
    PUBLIC = "public", _("Public")
    GATED = "gated", _("Gated: the page is public, its files stand behind a form")
    CUSTOMERS = "customers", _("Customers: by link only, not listed")
    SALES_ONLY = "sales_only", _("Sales only: never on the site")


# What the site lists and search finds.
LISTED = (Audience.PUBLIC, Audience.GATED)


class HomePage(Page):
    """The front of the site. What it lists comes from `cms/library.py` by template tags; topics have views."""

    intro = models.TextField(blank=True)

    max_count = 1
    subpage_types = ["cms.AssetPage"]
    parent_page_types = ["wagtailcore.Page"]
    template = "cms/home.html"
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    def route(self, request, path_components):
        """To a piece in one query, with what its page shows of others; Wagtail's own way takes a query for each."""
        if len(path_components) == 1:
            pieces = AssetPage.objects.child_of(self).select_related("author", "cover", "primary_stage")
            if piece := pieces.filter(slug=path_components[0]).first():
                return piece.route(request, [])
        return super().route(request, path_components)


class AssetTopic(ItemBase):
    tag = models.ForeignKey(Topic, models.CASCADE, related_name="assets")
    content_object = ParentalKey("cms.AssetPage", on_delete=models.CASCADE, related_name="tagged_topics")


class AssetObjection(ItemBase):
    tag = models.ForeignKey(Objection, models.CASCADE, related_name="assets")
    content_object = ParentalKey("cms.AssetPage", on_delete=models.CASCADE, related_name="tagged_objections")


class AssetPage(FollowsMergedTopics, Page):
    """One piece of any format, tagged by stage, persona and topic.

    Plans, ratings and counts live in tables of their own: an older revision would overwrite them here.
    """

    summary = models.CharField(max_length=300, blank=True, help_text=_("Two sentences: what the reader will get."))
    cover = models.ForeignKey("cms.LibraryImage", models.SET_NULL, null=True, blank=True, related_name="+")
    body = StreamField(BodyBlock(), blank=True)
    author = models.ForeignKey("cms.Author", models.SET_NULL, null=True, blank=True, related_name="assets")
    primary_stage = models.ForeignKey(
        "cms.BuyingStage", models.PROTECT, null=True, blank=True, related_name="primary_assets"
    )
    also_stages = ParentalManyToManyField("cms.BuyingStage", blank=True, related_name="also_assets")
    for_all_personas = models.BooleanField(default=False, help_text=_("Written for every persona."))
    personas = ParentalManyToManyField("cms.Persona", blank=True, related_name="assets")
    topics = ClusterTaggableManager(
        through=AssetTopic,
        blank=True,
        verbose_name=_("topics"),
        help_text=_("Begin to type and choose from the list of topics."),
    )
    objections = ClusterTaggableManager(
        through=AssetObjection,
        blank=True,
        verbose_name=_("objections answered"),
        help_text=_("What buyers say against it that this piece answers: begin to type and choose from the list."),
    )
    format = models.CharField(max_length=20, choices=Format.choices, default=Format.ARTICLE)
    medium = models.CharField(max_length=12, choices=Medium.choices, default=Medium.TEXT)
    length = models.CharField(
        max_length=8, choices=Length.choices, blank=True, help_text=_("Short: taken in within about five minutes.")
    )
    approach = models.CharField(
        max_length=8, choices=Approach.choices, blank=True,
        help_text=_("Is it about an idea, a problem of the reader's, or about what we sell?"),
    )  # fmt: skip
    shelf_life = models.CharField(max_length=10, choices=ShelfLife.choices, default=ShelfLife.EVERGREEN)
    review_by = models.DateField(null=True, blank=True, help_text=_("When a timely piece must be looked at again."))
    audience = models.CharField(max_length=12, choices=Audience.choices, default=Audience.PUBLIC)
    gate = models.ForeignKey(
        "cms.Gate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assets",
        help_text=_("For a gated piece. Empty: the gate of its buying stage; a stage without one leaves files open."),
    )
    campaign = models.ForeignKey("cms.Campaign", models.SET_NULL, null=True, blank=True, related_name="assets")
    lives_at = models.URLField(
        max_length=500, blank=True, help_text=_("If the piece itself is elsewhere: where readers are sent on to.")
    )
    derived_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="derivatives",
        help_text=_("What this one was made from: the study behind an infographic, the talk behind an article."),
    )  # fmt: skip

    base_form_class = PieceForm
    subpage_types = []
    parent_page_types = ["cms.HomePage"]
    template = "cms/asset.html"
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
        index.FilterField("format"),
        index.FilterField("audience"),
        index.FilterField("primary_stage_id"),
    ]
    content_panels = [
        *Page.content_panels,
        FieldPanel("summary", widget=AdminAutoHeightTextInput),
        FieldPanel("lives_at"),
        FieldPanel("cover"),
        FieldPanel("author"),
        MultiFieldPanel(
            [
                FieldPanel("primary_stage"),
                FieldPanel("also_stages"),
                FieldPanel("for_all_personas"),
                FieldPanel("personas"),
                FieldPanel("topics"),
                FieldPanel("objections"),
            ],
            heading=_("For whom, and when"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("format"),
                FieldPanel("medium"),
                FieldPanel("length"),
                FieldPanel("approach"),
                FieldPanel("shelf_life"),
                FieldPanel("review_by"),
                FieldPanel("audience"),
                FieldPanel("gate"),
                GatePanel(),
                FieldPanel("campaign"),
                FieldPanel("derived_from"),
            ],
            heading=_("What kind of piece"),
        ),
        FieldPanel("body"),
        InlinePanel(
            "files",
            heading=_("Files"),
            label=_("File"),
            help_text=_("To take along; of a gated piece, behind its gate."),
        ),
        SalesSaysPanel(heading=_("What sales says"), classname="collapsed"),
    ]

    class Meta:
        verbose_name = _("asset")
        indexes = [
            models.Index(fields=["review_by"], name="asset_by_review", condition=models.Q(review_by__isnull=False)),
        ]

    @property
    def lives_at_host(self) -> str:
        """Where readers are sent on to, for them to read."""
        return urlsplit(self.lives_at).netloc.removeprefix("www.")

    def get_format_display(self) -> str:
        """Django's own translates every format anew, for each piece of a list."""
        return str(FORMAT_NAMES.get(self.format, self.format))

    def clean(self):
        """A gated piece has a gate, its own or its stage's, which may be an open one; none is made from itself."""
        super().clean()
        if self.audience == Audience.GATED and not self.gate_id and not self.primary_stage_id:
            raise ValidationError({"gate": _("Choose a gate, or a buying stage that says which one.")})
        if self.pk and self.derived_from_id == self.pk:
            raise ValidationError({"derived_from": _("A piece is not made from itself. Choose another one, or none.")})

    def serve(self, request, *args, **kwargs):
        """The piece. One for sales only is never found on the site, whoever asks."""
        if self.audience == Audience.SALES_ONLY:
            raise Http404
        return super().serve(request, *args, **kwargs)
