"""The sales library: every piece there is, and who of an account has read it or was sent it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F, QuerySet

from cms import library, ranking
from cms.models import AssetPage, BuyingStage
from nurture.contacts import card, people
from nurture.contacts.models import Contact, Exposure

MOST_FOUND = 500  # nobody reads further; narrower words find the rest
FAR = 1000  # more than any piece has points
MOST_NAMED = 200  # people of one account whose reading is looked up


@dataclass
class Mark:
    """Who took a piece in, and who was sent it and has not, by name."""

    read_by: list[str] = field(default_factory=list)
    sent_to: list[str] = field(default_factory=list)


def pieces() -> QuerySet[AssetPage]:
    """All that is live, those for sales only and for customers among it, with what a row shows."""
    listed = library.published(None).order_by("-pk")
    return listed.select_related("primary_stage", "author").prefetch_related("personas").defer("body")


def for_contact(found: QuerySet[AssetPage], contact: Contact) -> QuerySet[AssetPage]:
    """With `rank`: what they have neither read nor been sent first, among it what fits their stage and persona best."""
    scored = library.scored_for(found, **card.wants(contact))
    return scored.annotate(rank=F("fit") - F("is_read") * FAR)


def for_account(found: QuerySet[AssetPage], contacts: list[Contact]) -> QuerySet[AssetPage]:
    """With `rank`: what none of these people has read or been sent first, among it what fits the stage and persona that
    most of them have. Two queries before."""
    contacts = contacts[:MOST_NAMED]
    read = people.reading().filter(contact__in=contacts).order_by().values_list("asset_id", flat=True).distinct()
    sent = Exposure.objects.filter(contact__in=contacts).values_list("asset_id", flat=True).distinct()
    stage, persona = usual_stage(contacts), _usual([contact.persona for contact in contacts])
    scored = library.scored_for(
        found,
        stage_id=stage and stage.pk,
        persona_id=persona and persona.pk,
        read_ids={*read, *sent},
    )
    return scored.annotate(rank=F("fit") - F("is_read") * FAR)


def usual_stage(contacts: list[Contact]) -> BuyingStage | None:
    """The stage that most of them are in, of two the later one; None where nobody's is known."""
    stages = sorted((one.stage for one in contacts if one.stage), key=lambda stage: -stage.sort_order)
    return _usual(stages)


def _usual(found: list):
    """What stands there most often, of two what stands first; None where there is nothing."""
    return next((one for one, _times in Counter(one for one in found if one).most_common(1)), None)


def search(found: QuerySet[AssetPage], words: str) -> QuerySet[AssetPage]:
    """Those with the words anywhere in title, summary or text, by the search index."""
    words = words[:200].strip()
    return found.filter(pk__in=ranking.best(AssetPage.objects.live(), words, MOST_FOUND)) if words else found


def marks(assets: Iterable[AssetPage], contacts: Iterable[Contact]) -> dict[int, Mark]:
    """{asset id: Mark} for what these people read or were sent of `assets`. Two queries."""
    names = {contact.pk: str(contact) for contact in list(contacts)[:MOST_NAMED]}
    found = {asset.pk: Mark() for asset in assets}
    if not (names and found):
        return {}
    reading = people.reading().filter(contact__in=names, asset__in=found).order_by()
    pairs = set(reading.values_list("asset_id", "contact_id").distinct())
    for asset_id, contact_id in sorted(pairs, key=lambda pair: names[pair[1]]):
        found[asset_id].read_by.append(names[contact_id])
    sent = Exposure.objects.filter(contact__in=names, asset__in=found).values_list("asset_id", "contact_id")
    for asset_id, contact_id in sorted(set(sent) - pairs, key=lambda pair: names[pair[1]]):
        found[asset_id].sent_to.append(names[contact_id])
    return found
