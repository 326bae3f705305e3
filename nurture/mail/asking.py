"""What a mail asks of its reader by links of their own: to answer a survey, to rate a piece.

The token says which mail it was (its ref), so it works as long as that is known, and tells nobody who that is. These
links are not tracked: following one shows a page, and only its button stores anything.
"""

from django.conf import settings

from cms.models import Survey
from nurture.mail import merge
from nurture.mail.models import Delivery, Message
from tracking import tokens

STARS = {name: stars for stars, name in enumerate(merge.RATINGS, 1)}
SURVEY_ID = "survey.id"  # among a delivery's values, not in the merge language


def survey_values(survey: Survey) -> dict[str, str]:
    """What a mail about this survey may say of it."""
    return {"survey.title": survey.title, "survey.intro": survey.intro, SURVEY_ID: str(survey.pk)}


def links(delivery: Delivery) -> dict[str, str]:
    """{merge name: address} of what this mail asks; the front page where it is about no survey or piece."""
    message = delivery.message
    if message is None or not asks(message, "survey.", "rate."):
        return {}
    front, ref = f"{settings.BASE_URL}/", delivery.ref.hex
    found = dict.fromkeys(("survey.url", *STARS), front)
    survey = delivery.values.get(SURVEY_ID, "")
    if survey.isdecimal():
        found["survey.url"] = f"{front}surveys/answer/{tokens.sign('survey', {'r': ref, 's': int(survey)})}/"
    if delivery.asset_id:
        for name, stars in STARS.items():
            token = tokens.sign("rate", {"r": ref, "a": delivery.asset_id, "v": stars})
            found[name] = f"{front}rate/{token}/"
    return found


def asks(message: Message, *names: str) -> bool:
    """Does the mail hold a marker whose name begins with one of `names`?"""
    texts = (message.html, message.subject, message.preheader)
    return any(f"{{{{ {name}" in text for text in texts for name in names)
