"""The library's part of where a piece is used: pieces, its campaign, signal agreements."""

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import ReferenceIndex

from cms import agreements, policy
from cms.campaigns import MOST, Part, Row, url_of
from cms.models import AssetPage

FAMILY = "derived_from"


def parts(piece: AssetPage, user) -> list[Part]:
    """Its family, the pieces that lead to it, its campaign and agreements."""
    found = [_family(piece, user), _pieces(piece, user)]
    if user.has_perm("cms.view_campaign"):
        found.append(_campaign(piece))
    if policy.may(user, "agreement.view"):
        found.append(_agreements(piece))
    return found


def _family(piece: AssetPage, user) -> Part:
    """What it was made from, and what was made from it."""
    rows = []
    if piece.derived_from_id and (source := _seen(user).filter(pk=piece.derived_from_id).first()):
        rows.append(_row(source, user, _("it was made from this")))
    made = list(_seen(user).filter(derived_from=piece.pk).order_by("-pk")[: MOST + 1])
    rows += [_row(one, user, _("made from it")) for one in made[:MOST]]
    empty = _("Made from no other piece, and none from it. Say so in its editor, under “What kind of piece”.")
    return Part(_("Derived from"), rows, empty, len(made) > MOST)


def _pieces(piece: AssetPage, user) -> Part:
    """Pieces whose text, button or list of related pieces leads here."""
    mine = ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_by_natural_key("wagtailcore", "page"), to_object_id=str(piece.pk)
    ).filter(to_content_type=ContentType.objects.get_by_natural_key("wagtailcore", "page"))
    ids = [int(pk) for pk in mine.exclude(model_path=FAMILY).values_list("object_id", flat=True).distinct()]
    leading = list(_seen(user).filter(pk__in=ids).exclude(pk=piece.pk).order_by("-pk")[: MOST + 1])
    rows = [_row(one, user) for one in leading[:MOST]]
    return Part(_("In other pieces"), rows, _("No other piece leads to it."), len(leading) > MOST)


def _campaign(piece: AssetPage) -> Part:
    one = piece.campaign
    rows = [Row(one.name, reverse("campaigns:inspect", args=[one.pk]))] if one else []
    return Part(_("Campaign"), rows, _("It belongs to no campaign."))


def _agreements(piece: AssetPage) -> Part:
    rows = [
        Row(str(one), reverse("agreements:inspect", args=[one.pk]), str(state.label))
        for one, state in agreements.about(piece)
    ]
    return Part(_("Signal agreements"), rows, _("No signal agreement covers it."))


def _seen(user):
    """The pieces that this person may know of: writers all, others what is live."""
    pieces = AssetPage.objects.defer("body")
    return pieces if policy.may(user, "piece.name") else pieces.filter(live=True)


def _row(piece: AssetPage, user, *said: str) -> Row:
    words = [str(piece.get_format_display()), *said]
    return Row(piece.title, url_of(piece, user), " · ".join(words if piece.live else [*words, _("not published")]))
