"""What search engines are told of: the front, every public piece, and every list that is not empty.

/sitemap.xml is an index of parts. A part is the pieces of PART neighbouring numbers, so it is read by the primary key,
never holds more, and a piece never moves to another one: a crawler reads again only the parts that changed.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem, sitemap, x_robots_tag
from django.db.models import F, Max
from django.db.models.functions import Coalesce
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe

from cms.gates.offers import HIGHEST
from cms.library import published
from cms.models import Author, BuyingStage, HomePage, Persona, Topic

PART = 500
CHANGED = Coalesce("last_published_at", "first_published_at")


class _OurSitemap(Sitemap):
    """Addresses under BASE_URL, whatever host asked."""

    @property
    def protocol(self):
        return urlsplit(settings.BASE_URL).scheme

    def get_domain(self, site=None):
        """The host of BASE_URL."""
        return urlsplit(settings.BASE_URL).netloc


class PieceSitemap(_OurSitemap):
    """The public pieces of one part, with the moment of their last change. Paths are read off the tree: asked one by
    one, each piece would look for its site."""

    def __init__(self, part: int):
        self.first = part * PART

    @cached_property
    def found(self):
        """[(path, when what readers see last changed)], newest first."""
        root = HomePage.objects.values_list("url_path", flat=True).first() or "/"
        rows = published().filter(pk__gte=self.first, pk__lt=self.first + PART)
        return [("/" + path.removeprefix(root), at) for path, at in rows.values_list("url_path", CHANGED)]

    def items(self):
        """What was found: asked once, though Django wants it twice."""
        return self.found

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


@require_safe
@x_robots_tag
def index(request):
    """The parts that hold something, each with when one of its pieces last changed."""
    parts = published().order_by().values(part=F("pk") / PART).annotate(changed=Max(CHANGED)).order_by("part")
    found = [SitemapIndexItem(settings.BASE_URL + reverse("sitemap_lists"))]
    for part, changed in parts.values_list("part", "changed"):
        found.append(SitemapIndexItem(settings.BASE_URL + reverse("sitemap_pieces", args=[part]), changed))
    return TemplateResponse(request, "sitemap_index.xml", {"sitemaps": found}, content_type="application/xml")


@require_safe
def lists(request):
    """The part of the front and the lists."""
    return sitemap(request, {"lists": ListSitemap})


@require_safe
def pieces(request, part: int):
    """One part of the pieces; 404 where it holds none."""
    part_of = PieceSitemap(part)
    if part >= HIGHEST // PART or not part_of.found:
        raise Http404
    return sitemap(request, {"pieces": part_of})
