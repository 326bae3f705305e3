"""What search engines are told of: the front, every public piece, and every list that is not empty."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models.functions import Coalesce
from django.urls import reverse

from cms.library import published
from cms.models import Author, BuyingStage, HomePage, Persona, Topic


class _OurSitemap(Sitemap):
    """Addresses under BASE_URL, whatever host asked."""

    @property
    def protocol(self):
        return urlsplit(settings.BASE_URL).scheme

    def get_domain(self, site=None):
        """The host of BASE_URL."""
        return urlsplit(settings.BASE_URL).netloc


class PieceSitemap(_OurSitemap):
    """Every public piece, with the moment of its last change. Paths are read off the tree: asked one by one, thousands
    of pieces would look for their site thousands of times."""

    def items(self):
        """(path, when what readers see last changed), newest first."""
        root = HomePage.objects.values_list("url_path", flat=True).first() or "/"
        changed = Coalesce("last_published_at", "first_published_at")
        rows = published().values_list("url_path", changed)
        return [("/" + path.removeprefix(root), at) for path, at in rows]

    def location(self, item):
        """Its path."""
        return item[0]

    def lastmod(self, item):
        """When what readers see last changed."""
        return item[1]


class ListSitemap(_OurSitemap):
    """The front, the topics, the stages, the roles and the authors."""

    def items(self):
        """Paths."""
        listed = published().order_by().values("pk")
        lists = (
            ("topic", Topic.objects.filter(assets__content_object__in=listed)),
            ("stage", BuyingStage.objects.filter(primary_assets__in=listed)),
            ("persona", Persona.objects.filter(assets__in=listed)),
            ("author", Author.objects.filter(assets__in=listed)),
        )
        slugs = [(name, slug) for name, rows in lists for slug in rows.distinct().values_list("slug", flat=True)]
        return ["/", reverse("topics"), *(reverse(name, args=[slug]) for name, slug in slugs)]

    def location(self, path):
        """The path itself."""
        return path


SITEMAPS = {"pieces": PieceSitemap, "lists": ListSitemap}
