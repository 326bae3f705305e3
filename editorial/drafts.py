"""The page that an entry's draft begins as: tagged as the entry says, with the headings of its format."""

from html import escape

from wagtail.rich_text import RichText

from cms.models import AssetPage
from cms.models.pages import MEDIUM_OF, Medium
from editorial.models import BriefPoint, Entry


def tagged_page(entry: Entry, user) -> AssetPage:
    """Not saved yet. Two queries, and one for the headings."""
    page = AssetPage(
        title=entry.title,
        live=False,
        owner=user,
        primary_stage=entry.stage,
        format=entry.format,
        medium=entry.medium or MEDIUM_OF.get(entry.format, Medium.TEXT),
        length=entry.length,
        approach=entry.approach,
        shelf_life=entry.shelf_life,
        review_by=entry.review_on,
        campaign=entry.campaign,
        body=skeleton(entry),
    )
    page.personas = list(entry.personas.all())
    page.topics.set(entry.topics.all())
    return page


def skeleton(entry: Entry) -> list[tuple[str, RichText]]:
    """A part of the body for each question of its brief that has a heading: the heading, and room below it."""
    asked = BriefPoint.objects.filter(format__in=("", entry.format)).exclude(heading="")
    headings = asked.values_list("heading", flat=True)
    return [("text", RichText(f"<h2>{escape(heading)}</h2><p></p>")) for heading in headings]
