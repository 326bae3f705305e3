"""Choices of the rule form, read when the form is shown, and what the chosen slugs mean as ids."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cms import topics as topics_by_slug
from cms.models import BuyingStage, Persona, Topic
from cms.models.pages import Format
from tracking.kinds import KINDS
from tracking.readings import CONTINUED

# As they follow "somebody" in a sentence, and as they stand in the form.
KIND_LABELS = {
    "page_viewed": _("opens"),
    "asset_read": _("reads"),
    "reading_continued": _("reads on in"),
    "asset_downloaded": _("downloads"),
    "asset_rated": _("rates"),
    "asset_saved": _("saves"),
    "asset_shared": _("shares"),
    "author_followed": _("follows the author of"),
    "comment_posted": _("comments on"),
    "form_submitted": _("fills in the form of"),
    "link_followed": _("follows a link to"),
    "mail_opened": _("opens a mail about"),
    "poll_answered": _("answers a poll under"),
    "site_searched": _("searches for"),
    "subscription_confirmed": _("subscribes to new pieces by mail"),
    "subscription_changed": _("changes the subscription to new pieces"),
    "subscription_ended": _("ends the subscription to new pieces"),
    "survey_answered": _("answers a survey under"),
    "action_taken": _("acts in a program, about"),
    "event_attended": _("attends an event about"),
    "meeting_held": _("meets us about"),
    "call_made": _("is on the phone with us about"),
    "support_asked": _("asks support about"),
    "social_engaged": _("reacts on social media to"),
    "reply_received": _("replies to a mail about"),
}


def stages():
    """(slug, name) of the buying stages, in order."""
    return list(BuyingStage.objects.values_list("slug", "name"))


def personas():
    """(slug, name) of the personas."""
    return list(Persona.objects.values_list("slug", "name"))


def topics():
    """(slug, name) of the topics."""
    return list(Topic.objects.values_list("slug", "name"))


def formats():
    """(key, label) of the formats."""
    return Format.choices


def kinds():
    """(key, label) of what readers do."""
    return [(kind, KIND_LABELS[kind]) for kind in KINDS if kind != CONTINUED]  # that is no deed but more of one


@dataclass(frozen=True)
class Tags:
    """Slug to id, and slug to name, of everything a rule may name. Loaded once a batch: four queries."""

    stages: dict[str, int]
    personas: dict[str, int]
    topics: dict[str, int]

    @classmethod
    def load(cls) -> "Tags":
        return cls(
            dict(BuyingStage.objects.values_list("slug", "pk")),
            dict(Persona.objects.values_list("slug", "pk")),
            topics_by_slug.slugs(),
        )


def named(slugs, choices) -> str:
    """'Interest, Value or Decision' for slugs; a slug whose row is gone stands as itself."""
    labels = dict(choices)
    words = [str(labels.get(slug, slug)) for slug in slugs]
    if len(words) < 2:
        return "".join(words)
    return _("%(all)s or %(last)s") % {"all": ", ".join(words[:-1]), "last": words[-1]}
