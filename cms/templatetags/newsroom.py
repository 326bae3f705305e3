"""What the templates of the public site ask the library for."""

import json
import re

from django import template
from django.conf import settings
from django.db.models import Count, Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from cms import keys, library, onward, pictures, ports, wording
from cms.feedback import comments as said
from cms.feedback import notes, polls, ratings
from cms.feedback.views import WORDS, thanks_words
from cms.gates import offers
from cms.models import AssetPage, BuyingStage, LibraryRendition, Persona, Topic
from cms.models.pages import AssetTopic, Audience
from cms.surveys import answering

register = template.Library()

LONGEST_TOKEN = 200
WORDS_A_MINUTE = 225
FRONT_PIECES = 12
_FIGURE = re.compile(r"[-+−–±≤≥<>~≈]?\s?[€$£]?\s?\d[\d.,\s]*\s?(%|‰|°C|°F|K|h|min|km|kg|m²|€|k)?")
# In a script element only these can end it or open a comment; JSON reads the escapes as the characters.
_SCRIPT_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@register.simple_tag
def newest_pieces(limit=FRONT_PIECES):
    """The newest public pieces, as cards."""
    return list(library.cards(library.published())[:limit])


@register.simple_tag
def piece_topics(page):
    """The topics of a piece, read once a page; its cover's sizes are read along, in one query for all of them."""
    if hasattr(page, "shown_topics"):
        return page.shown_topics
    if page.cover:
        sizes = pictures.specs(pictures.COVER)
        renditions = LibraryRendition.objects.filter(filter_spec__in=[*sizes, pictures.SHARED])
        prefetch_related_objects([page.cover], Prefetch("renditions", renditions, to_attr="prefetched_renditions"))
    page.shown_topics = list(page.topics.all())
    return page.shown_topics


@register.simple_tag
def next_pieces(page, topics, reader):
    """Three pieces to read after this one (cms/onward.py)."""
    return onward.pieces(page, topics, reader)


@register.simple_tag(takes_context=True)
def reader(context):
    """What is known of who is reading (cms/ports.py)."""
    return ports.reader(context["request"])


def _with_pieces(rows, links, key, piece):
    """Of `rows` those that have pieces which the site lists, each with `.pieces`, how many. Two queries.

    `links`: rows that say which pieces those are, by their fields `key` and `piece`.
    """
    listed = library.published().order_by().values("pk")
    links = links.filter(**{f"{piece}__in": listed}).order_by()
    counts = dict(links.values_list(key).annotate(Count(piece)))
    shown = list(rows.filter(pk__in=counts))
    for row in shown:
        row.pieces = counts[row.pk]
    return shown


@register.simple_tag
def topics_with_counts():
    """Topics that have public pieces, by name, each with `.pieces`."""
    return _with_pieces(Topic.objects.all(), AssetTopic.objects.all(), "tag", "content_object")


@register.simple_tag
def stages_with_counts():
    """Stages that have public pieces, in order, each with `.pieces` and `.wording`."""
    stages = _with_pieces(BuyingStage.objects.all(), AssetPage.objects.all(), "primary_stage", "pk")
    for stage in stages:
        stage.wording = wording.for_reader(stage)
    return stages


@register.simple_tag
def personas_with_pieces():
    """Kinds of reader that have public pieces of their own."""
    return _with_pieces(Persona.objects.all(), AssetPage.personas.through.objects.all(), "persona", "assetpage")


@register.filter
def reading_minutes(page):
    """Whole minutes to read the body at 225 words a minute, at least 1."""
    texts = page.body.stream_block.get_searchable_content(page.body)
    words = sum(len(strip_tags(str(text)).split()) for text in texts)
    return max(1, round(words / WORDS_A_MINUTE))


@register.filter
def figure_columns(table):
    """The indexes of a table's columns that hold numbers only, with their units perhaps: these stand flush right."""
    rows = [[str(cell.value if cell.value is not None else "").strip() for cell in row] for row in table.rows]
    columns = enumerate(zip(*rows, strict=True))
    return {n for n, cells in columns if any(cells) and all(_FIGURE.fullmatch(cell) for cell in cells if cell)}


def reasons_by_word():
    """[(the answer as it stands in an address, the reasons to choose from after it)]."""
    return [(WORDS[value], reasons) for value, reasons in notes.REASONS.items()]


@register.inclusion_tag("cms/rating.html", takes_context=True)
def rating(context, page):
    """The one-tap form for a piece, its thank-you and, from five ratings on, its figures."""
    asked = context["request"].GET
    answered, is_noted = asked.get("rated", ""), asked.get("noted") == "1"
    return {
        "token": ratings.sign(page.pk),
        "thanks": _("Thank you. Somebody of us reads it.") if is_noted else thanks_words(answered),
        "more": "" if is_noted else asked.get("more", "")[:LONGEST_TOKEN],
        "reasons": reasons_by_word(),
        "answered": answered,
        "figures": ratings.figures(page.pk),
    }


@register.inclusion_tag("cms/poll.html", takes_context=True)
def poll(context, page, topics):
    """What is asked under pieces like this one: a survey, else the open question, or its results for who has just
    answered. Two queries without either.
    """
    if survey := answering.for_piece(page, [topic.pk for topic in topics]):
        return {"survey": survey, "page": page}
    found = polls.for_piece(page, [topic.pk for topic in topics])
    if found is None:
        return {}
    is_answered = context["request"].GET.get("poll", "") == str(found.pk)
    return {
        "poll": found,
        "token": polls.sign(page.pk, found.pk),
        "is_answered": is_answered,
        "results": polls.shown_results(found) if is_answered else None,
    }


@register.simple_tag
def gate_of(page):
    """The gate before the files of a piece as it is saved; None: there is none."""
    return offers.gate_of(page)


@register.inclusion_tag("cms/files.html")
def files(page):
    """What the piece offers to take along: its files, or the way to its gate. One query for most."""
    return {"offer": offers.of(page)}


@register.inclusion_tag("cms/comments.html", takes_context=True)
def comments(context, page):
    """What readers said of a piece, newest first, and the form to say something, too. One query."""
    asked = context["request"].GET
    rows = said.published(page.pk, keys.number(asked.get("earlier")) or None)
    found = list(rows[: said.SHOWN + 1])
    return {
        "comments": found[: said.SHOWN],
        "author": page.author,
        "earlier": found[said.SHOWN - 1].pk if len(found) > said.SHOWN else None,
        "token": said.sign(page.pk),
        "thanks": asked.get("commented") == "1",
    }


@register.simple_tag
def article_json(page, topics, url, cover_url=""):
    """schema.org's Article as JSON that cannot leave its script element."""
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": page.title,
        "description": page.summary,
        "url": url,
        "mainEntityOfPage": url,
        "datePublished": page.first_published_at and page.first_published_at.isoformat(),
        "dateModified": page.last_published_at and page.last_published_at.isoformat(),
        "image": cover_url,
        "author": page.author
        and {
            "@type": "Person",
            "name": page.author.name,
            "url": settings.BASE_URL + reverse("author", args=[page.author.slug]),
        },
        "publisher": {"@type": "Organization", "name": settings.SITE_NAME, "url": settings.BASE_URL},
        "keywords": ", ".join(topic.name for topic in topics),
        "isAccessibleForFree": page.audience == Audience.PUBLIC,
    }
    text = json.dumps({name: value for name, value in data.items() if value not in (None, "")}, ensure_ascii=False)
    return mark_safe(text.translate(_SCRIPT_ESCAPES))  # noqa: S308 -- every character that could end it is escaped


@register.simple_tag(takes_context=True)
def with_query(context, **changes):
    """This address's query with some values changed; None or "" takes one out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = value
    return f"?{query.urlencode()}" if query else context["request"].path


@register.simple_tag(takes_context=True)
def narrowed_by(context, name, value):
    """This address's query with one facet chosen, or taken away by ""; from the first results on."""
    return with_query(context, **{name: value, "show": ""})
