from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.search import index


class Author(index.Indexed, models.Model):
    """Who a piece is signed by, or an expert who is asked and quoted; need not be somebody who logs in."""

    class Standing(models.TextChoices):
        INSIDE = "inside", _("One of ours")
        ANALYST = "analyst", _("Analyst")
        ACADEMIC = "academic", _("Academic")
        BLOGGER = "blogger", _("Blogger or journalist")
        OUTSIDE = "outside", _("Somebody else outside")
        CUSTOMER = "customer", _("Customer")

    slug = models.SlugField(unique=True, max_length=120)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120, blank=True)
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.INSIDE)
    organisation = models.CharField(
        max_length=120, blank=True, help_text=_("Of somebody outside, and of a customer: readers see it.")
    )
    topics = models.ManyToManyField(
        "cms.Topic", blank=True, related_name="experts", help_text=_("What they may be asked about.")
    )
    bio = models.TextField(blank=True)
    portrait = models.ForeignKey("cms.LibraryImage", models.SET_NULL, null=True, blank=True, related_name="+")
    elsewhere = models.URLField(
        _("profile elsewhere"), blank=True, help_text=_("Their page at a network or employer, for readers who ask.")
    )

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="profiles",
        verbose_name=_("log-in"),
        help_text=_("If they have one here: they hear of comments under what they signed, and can answer them."),
    )

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def of_what(self) -> str:
        """What they do and where, for readers and whoever looks for an expert."""
        return ", ".join(filter(None, (self.role, self.organisation)))

    @property
    def elsewhere_host(self) -> str:
        """Where their profile is, for readers to read."""
        return urlsplit(self.elsewhere).netloc.removeprefix("www.")
