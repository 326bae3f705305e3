"""The sales library: find the piece for this person or account, and read it. Sharing it: `share_views.py`."""

import django_filters
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import Button, HeaderButton

from cms import policy, reuse, scorecard_words, scorecards
from cms.admin import keyed
from cms.feedback import ratings
from cms.models import AssetPage, AssetTopic, BuyingStage, Objection, Persona, Topic
from cms.models.pages import AssetObjection, Audience, Format
from nurture.contacts import card, people
from nurture.contacts.models import Account, Contact
from nurture.contacts.screens import KeysetListing, Screen
from nurture.sales import shares, shelf

CONTACT, ACCOUNT = "contact", "account"
SHOWN_NOTES = 5


def _through(model, column: str, choice):
    return Q(pk__in=model.objects.filter(**{column: choice}).values("assetpage"))


class PieceFilters(WagtailFilterSet):
    """By whom and when a piece serves, what it is, and who may have it."""

    stage = django_filters.ModelChoiceFilter(
        queryset=BuyingStage.objects.all(), label=gettext_lazy("Stage"), method="serving_stage"
    )
    persona = django_filters.ModelChoiceFilter(
        queryset=Persona.objects.all(), label=gettext_lazy("Persona"), method="written_for"
    )
    topic = django_filters.ModelChoiceFilter(queryset=Topic.objects.all(), label=gettext_lazy("Topic"), method="about")
    objection = django_filters.ModelChoiceFilter(
        queryset=Objection.objects.all(), label=gettext_lazy("Answers the objection"), method="answering"
    )
    format = django_filters.ChoiceFilter(choices=Format.choices, label=gettext_lazy("Format"))
    audience = django_filters.ChoiceFilter(choices=Audience.choices, label=gettext_lazy("For"))

    class Meta:
        model = AssetPage
        fields: list = []

    @staticmethod
    def serving_stage(queryset, _name, stage):
        """First or also."""
        return queryset.filter(Q(primary_stage=stage) | _through(AssetPage.also_stages.through, "buyingstage", stage))

    @staticmethod
    def written_for(queryset, _name, persona):
        """By name, or for everybody."""
        return queryset.filter(Q(for_all_personas=True) | _through(AssetPage.personas.through, "persona", persona))

    @staticmethod
    def about(queryset, _name, topic):
        """Tagged with it."""
        return queryset.filter(pk__in=AssetTopic.objects.filter(tag=topic).values("content_object"))

    @staticmethod
    def answering(queryset, _name, objection):
        """Pieces for when a buyer says that."""
        return queryset.filter(pk__in=AssetObjection.objects.filter(tag=objection).values("content_object"))


class PieceColumn(Column):
    """Title, what it is, its summary, and who of these people has it already."""

    cell_template_name = "nurture/sales/cells/piece.html"


class ShareColumn(Column):
    """The button that gives it away."""

    cell_template_name = "nurture/sales/cells/share.html"


class SalesLibrary(KeysetListing):
    """Every live piece, newest first; for a contact or an account what fits best, with who has read it."""

    right = "piece.find"
    about = ""
    page_title, header_icon = gettext_lazy("Sales library"), "folder-open-inverse"
    template_name = "nurture/sales/library.html"
    filterset_class = PieceFilters
    verbose_name_plural = gettext_lazy("pieces")
    search = staticmethod(shelf.search)
    columns = [
        PieceColumn("piece", label=gettext_lazy("Piece")),
        Column("stage", label=gettext_lazy("Stage"), accessor="primary_stage", classname="wide-only"),
        Column("for_whom", label=gettext_lazy("For"), accessor="for_whom", classname="wide-only"),
        ShareColumn("share", label=gettext_lazy("Share")),
    ]

    @cached_property
    def subject(self) -> Contact | Account | None:
        """The contact or account it is for; 404 for another's."""
        pk = self.kwargs.get("pk")
        if self.about == CONTACT:
            return policy.get_visible(self.request.user, "contact.view", people.listed(), pk=pk)
        if self.about == ACCOUNT:
            return policy.get_visible(self.request.user, "account.view", Account.objects.all(), pk=pk)
        return None

    @cached_property
    def persons(self) -> list[Contact]:
        """Those whose reading is shown."""
        if self.about == CONTACT:
            return [self.subject]
        if self.about == ACCOUNT:
            return list(people.listed().filter(account=self.subject)[: shelf.MOST_NAMED])
        return []

    @property
    def header_buttons(self):
        """The ways to a contact or an account, whose own library says who has read what."""
        ways = (
            ("contact.view", "contacts", _("For a contact"), "user"),
            ("account.view", "accounts", _("For an account"), "globe"),
        )
        return [
            HeaderButton(label, url=reverse(f"nurture:{name}"), icon_name=icon, priority=number)
            for number, (right, name, label, icon) in enumerate(ways)
            if policy.may(self.request.user, right)
        ]

    def get_base_queryset(self):
        """All that is live."""
        if self.about == CONTACT:
            return shelf.for_contact(shelf.pieces(), self.subject)
        return shelf.for_account(shelf.pieces(), self.persons) if self.subject else shelf.pieces()

    def paginate_queryset(self, queryset, page_size):
        """For a contact or an account in the order that fits them, read on behind a row; else newest first."""
        self.further = ""
        if not self.about:
            return super().paginate_queryset(queryset, page_size)
        rows, self.further = keyed.page(keyed.ordered(queryset, "-rank"), "-rank", self.request.GET.get("after", ""))
        self.older = self.newer = None
        return None, None, rows, False

    def get_table(self, object_list):
        """With the figures and marks of this page's pieces: a fixed number of queries."""
        pieces = list(object_list)
        ids = [piece.pk for piece in pieces]
        rated, marks, cards = ratings.counts(ids), shelf.marks(pieces, self.persons), scorecards.of_assets(ids)
        for piece in pieces:
            piece.card = scorecard_words.brief(cards.get(piece.pk))
            piece.rated, piece.mark = rated.get(piece.pk), marks.get(piece.pk)
            piece.for_whom = _for_whom(piece)
            piece.share_url = self._share_url(piece)
        return super().get_table(pieces)

    def _share_url(self, piece: AssetPage) -> str:
        if piece.audience == Audience.SALES_ONLY or not policy.may(self.request.user, "piece.share"):
            return ""
        if self.about == CONTACT:
            return reverse("nurture:share", args=[piece.pk, self.subject.pk])
        return reverse("nurture:share_with", args=[piece.pk])

    def get_index_url(self):
        """With the person in the path, so that searching and filtering keep them."""
        return reverse(f"nurture:library{'_' if self.about else ''}{self.about}", kwargs=self.kwargs)

    def get_index_results_url(self):
        """The same, for the rows alone."""
        return f"{self.get_index_url()}results/"

    def get_page_subtitle(self):
        """For whom."""
        return _("for %s") % self.subject if self.subject else ""

    def get_context_data(self, *args, **kwargs):
        """What to give next, on the first screenful of a person's own list."""
        context = super().get_context_data(*args, **kwargs)
        is_start = self.about == CONTACT and not (self.is_searching or self.is_filtering or self.newer)
        best = card.next_piece(self.subject) if is_start and "after" not in self.request.GET else None
        usual = shelf.usual_stage(self.persons) if self.about == ACCOUNT else None
        facts = {"subject": self.subject, "about": self.about, "best": best, "further": self.further, "usual": usual}
        return context | facts

    @cached_property
    def empty(self):
        """Where pieces come from."""
        text = _("As soon as marketing publishes a piece, it stands here: for customers, for readers, for you alone.")
        return {"title": _("The library is empty"), "text": text}


def _for_whom(piece: AssetPage) -> str:
    if piece.for_all_personas:
        return _("Everybody")
    return ", ".join(str(persona) for persona in piece.personas.all()) or "–"


class PiecePage(Screen):
    """One piece, to read before it is given away. A note for sales only can be read nowhere else."""

    right, template_name, header_icon = "piece.find", "nurture/sales/piece.html", "doc-full"
    trail = ((gettext_lazy("Sales library"), "nurture:library"),)

    def get(self, request, pk):
        """What it says, for whom it is, and to whom this user gave it lately."""
        self.piece = policy.get_visible(request.user, self.right, shelf.pieces().defer(None), pk=pk)
        given, notes = shares.given(self.piece, request.user), reuse.notes(self.piece)[:SHOWN_NOTES]
        return self.render_to_response(self.get_context_data(piece=self.piece, given=given, notes=notes))

    def get_page_title(self):
        """Its title."""
        return self.piece.title

    @property
    def header_buttons(self):
        """Share it, and see it as readers do."""
        if self.piece.audience == Audience.SALES_ONLY:
            return []
        buttons = [HeaderButton(_("On the site"), url=self.piece.url, icon_name="view", priority=20)]
        if policy.may(self.request.user, "piece.share"):
            url = reverse("nurture:share_with", args=[self.piece.pk])
            buttons.append(HeaderButton(_("Share"), url=url, icon_name="link", priority=10))
        return buttons

    @property
    def header_more_buttons(self):
        """Say whether it helps, and what colleagues say."""
        user, pk, buttons = self.request.user, self.piece.pk, []
        if self.piece.primary_stage_id and policy.may(user, "placement.view"):
            url = reverse("placements:piece", args=[pk]) + "#feedback"
            buttons.append(Button(_("Does it help to sell?"), url=url, icon_name="comment", priority=30))
        if policy.may(user, "piece.use"):
            url = reverse("piece-use", args=[pk])
            buttons.append(Button(_("Use and notes"), url=url, icon_name="resubmit", priority=40))
        return buttons

    def get_context_data(self, **kwargs):
        """Its tags beside it."""
        rated = ratings.counts([self.piece.pk]).get(self.piece.pk)
        card = scorecard_words.lines(scorecards.of_assets([self.piece.pk]).get(self.piece.pk))
        facts = {"rated": rated, "card": card, "card_days": scorecards.USUAL}
        return super().get_context_data(for_whom=_for_whom(self.piece), **facts, **kwargs)
