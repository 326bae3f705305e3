"""RSS and Atom of the whole site and of each topic: the twenty newest public pieces, with their summaries."""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from cms import topics
from cms.library import PAGE_SIZE, cards, published


class _PieceFeed(Feed):
    def item_title(self, piece):
        return piece.title

    def item_description(self, piece):
        return piece.summary

    def item_link(self, piece):
        return settings.BASE_URL + piece.get_url()

    def item_pubdate(self, piece):
        return piece.first_published_at

    def item_updateddate(self, piece):
        return piece.last_published_at

    def item_author_name(self, piece):
        return piece.author.name if piece.author else None


class SiteFeed(_PieceFeed):
    """/feed/"""

    def title(self):
        return settings.SITE_NAME

    def link(self):
        return settings.BASE_URL + "/"

    def feed_url(self):
        return settings.BASE_URL + reverse("feed")

    def description(self):
        return _("The newest pieces")

    def items(self):
        """The newest pieces of all topics."""
        return cards(published())[:PAGE_SIZE]


class SiteAtom(SiteFeed):
    """/feed/atom/"""

    feed_type = Atom1Feed
    subtitle = SiteFeed.description

    def feed_url(self):
        return settings.BASE_URL + reverse("atom")


class TopicFeed(_PieceFeed):
    """/topics/<slug>/feed/"""

    def get_object(self, request, slug):
        """The topic, or what it was merged into, or 404."""
        if found := topics.find(slug):
            return found
        raise Http404

    def title(self, topic):
        return f"{topic.name} · {settings.SITE_NAME}"

    def link(self, topic):
        return settings.BASE_URL + reverse("topic", args=[topic.slug])

    def feed_url(self, topic):
        return settings.BASE_URL + reverse("topic_feed", args=[topic.slug])

    def description(self, topic):
        return topic.description

    def items(self, topic):
        """The newest pieces about the topic."""
        return cards(published(topic=topic))[:PAGE_SIZE]


class TopicAtom(TopicFeed):
    """/topics/<slug>/feed/atom/"""

    feed_type = Atom1Feed
    subtitle = TopicFeed.description

    def feed_url(self, topic):
        return settings.BASE_URL + reverse("topic_atom", args=[topic.slug])
