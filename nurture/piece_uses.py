"""Nurture's part of where a piece is used: rules that send it, mails it went out in, and who gave it away."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Max
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import ReferenceIndex

from cms import policy
from cms.campaigns import MOST, Part, Row
from cms.models import AssetPage, User
from nurture.contacts.models import Exposure
from nurture.mail.models import Delivery, EmailTemplate
from nurture.rules.models import Rule
from nurture.sales.models import Share

COUNTED = 10_000  # the newest mails and shares; more than that says nothing more


def parts(piece: AssetPage, user) -> list[Part]:
    """Six queries at most."""
    return of_pieces([piece.pk], user)


def of_pieces(ids: list[int], user) -> list[Part]:
    """The same of several pieces together."""
    found = [_rules(ids)] if user.has_perm("nurture.view_rule") or user.has_perm("nurture.change_rule") else []
    if policy.may(user, "mail.view"):
        found.append(_mails(ids))
    if policy.may(user, "piece.find"):
        found.append(_shares(ids))
    return found


def _rules(pieces: list[int]) -> Part:
    """Rules that name one of them, as they are live or were last saved."""
    naming = ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Rule),
        to_content_type=ContentType.objects.get_by_natural_key("wagtailcore", "page"),
        to_object_id__in=[str(pk) for pk in pieces],
    )
    ids = [int(pk) for pk in naming.values_list("object_id", flat=True).distinct()[: MOST + 1]]
    rows = [
        Row(rule.name, reverse(Rule.snippet_viewset.get_url_name("edit"), args=[rule.pk]))
        for rule in Rule.objects.filter(pk__in=ids[:MOST])
    ]
    empty = _("No rule names it. Rules that send “the next piece” may choose it.")
    return Part(_("Rules"), rows, empty, len(ids) > MOST)


def _mails(pieces: list[int]) -> Part:
    """By template, and in mails of new pieces to who subscribed: to how many, and when last."""
    newest = Delivery.objects.filter(asset__in=pieces, message__isnull=False).order_by("-pk")[:COUNTED]
    sent = Delivery.objects.filter(pk__in=newest.values("pk")).order_by()
    by_template = sent.values_list("message__revision__object_id").annotate(n=Count("pk"), last=Max("created_at"))
    told = {int(pk): (n, last) for pk, n, last in by_template[:MOST]}
    names = EmailTemplate.objects.in_bulk(told)
    rows = [_counted(str(names.get(pk, "–")), n, last) for pk, (n, last) in sorted(told.items())]
    newest = Exposure.objects.filter(asset__in=pieces, by__startswith="subscription:").order_by("-pk")[:COUNTED]
    n, last = Exposure.objects.filter(pk__in=newest.values("pk")).aggregate(n=Count("pk"), last=Max("sent_at")).values()
    rows += [_counted(_("New pieces by mail, to who subscribed"), n, last)] if n else []
    return Part(_("In mails"), rows, _("It was in no mail yet."))


def _shares(pieces: list[int]) -> Part:
    """By colleague: to how many, and when last."""
    newest = Share.objects.filter(asset__in=pieces).order_by("-pk")[:COUNTED]
    given = Share.objects.filter(pk__in=newest.values("pk")).order_by()
    told = given.values_list("user").annotate(n=Count("pk"), last=Max("created_at")).order_by("-last")[:MOST]
    told = list(told)
    people = User.objects.in_bulk([pk for pk, _n, _last in told if pk])
    rows = [_counted(str(people.get(pk) or _("Somebody who left")), n, last) for pk, n, last in told]
    return Part(_("Shared by"), rows, _("Nobody has shared it from the sales library yet."))


def _counted(label: str, n: int, last) -> Row:
    times = ngettext("once", "%(n)s times", n) % {"n": n}
    return Row(label, note=_("%(times)s, last on %(day)s") % {"times": times, "day": date_format(last, "DATE_FORMAT")})
