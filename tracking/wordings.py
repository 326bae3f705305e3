"""What readers are asked, word for word. Each wording has a version, kept with every answer in the consent log."""

import hashlib

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

SITE_PROFILE, OPEN_TRACKING, CLICK_PROFILE = "site_profile", "open_tracking", "click_profile"
EMAIL = "email"
IN_FORMS = (EMAIL, OPEN_TRACKING)
QUESTIONS = {
    SITE_PROFILE: _(
        "We would see which of our pieces are read together, and suggest what fits. Nothing is passed on, and you can "
        "take it back at any time."
    ),
    OPEN_TRACKING: _("May we see whether you open the mails we send you, so that we send what is wanted?"),
    EMAIL: _("Send me more like this by mail, now and then. Every mail has a link that ends it."),
    CLICK_PROFILE: _("We see which links of our mails you follow, to suggest what fits. You can object to it here."),
}


def version(purpose: str) -> str:
    """ "en-3f2a9c…": language and fingerprint of the words as they are shown now."""
    words = str(QUESTIONS[purpose])
    return f"{get_language() or 'en'}-{hashlib.sha256(words.encode()).hexdigest()[:12]}"


def of_forms() -> list[dict[str, str]]:
    """[{"purpose", "words", "version"}]: what a form of ours may ask consent for: the library's `consent_questions`."""
    return [{"purpose": purpose, "words": str(QUESTIONS[purpose]), "version": version(purpose)} for purpose in IN_FORMS]
