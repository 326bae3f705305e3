"""The pages of the public site that are not Wagtail pages: topics, stages, roles, authors, search."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.static import serve

from cms import library, search, spelling, wording
from cms import topics as merged
from cms.models import Author, BuyingStage, Persona, Topic

RESULTS_A_STEP = 20
PICTURE_AGE = 30 * 24 * 3600


@require_safe
def topics(request):
    """All topics, and the same library by stage and by role."""
    return render(request, "cms/topics.html")


@require_safe
def topic(request, slug):
    """The pieces about one topic, newest first."""
    subject = _topic_of(slug)
    if subject.slug != slug:
        return redirect("topic", subject.slug, permanent=True)
    heading = {"kicker": _("Topic"), "title": subject.name, "lead": subject.description}
    return _listing(request, library.published(topic=subject), heading | {"feed_slug": subject.slug})


@require_safe
def stage(request, slug):
    """The pieces for one stage of the buying cycle, headed by what a reader there would say."""
    subject = get_object_or_404(BuyingStage, slug=slug)
    words = wording.for_reader(subject)
    heading = {"kicker": _("Where you are"), "title": words.says, "lead": words.offer}
    return _listing(request, library.published(stage=subject), heading)


@require_safe
def persona(request, slug):
    """The pieces for one kind of reader, and those for everybody."""
    subject = get_object_or_404(Persona, slug=slug)
    return _listing(request, library.published(persona=subject), {"kicker": _("For your role"), "title": subject.name})


@require_safe
def author(request, slug):
    """The pieces signed by one author, and those that quote them."""
    subject = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    heading = {"kicker": subject.of_what or _("Author"), "title": subject.name, "lead": subject.bio, "author": subject}
    heading["topics"] = list(subject.topics.all())
    quoted = [] if "before" in request.GET else library.quoting(subject)
    return _listing(request, library.published().filter(author=subject), heading, quoted=quoted)


@require_safe
def search_page(request):
    """Pieces by words, topic, format and role. Ten more steps at most: who still has not found it asks differently."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[: search.LONGEST_QUERY]
    chosen = {name: request.GET.get(name, "").replace("\0", "") for name in search.FACETS}
    shown = _shown(request.GET.get("show", ""))
    found = search.find(words, **chosen, limit=shown)
    more = min(shown + RESULTS_A_STEP, search.MOST_FOUND) if found.total > shown else None
    narrowed = any(chosen.values())
    # Counted once a search: not again when its results are narrowed, or more of them are shown.
    told = "" if narrowed or "show" in request.GET else search.told(words)
    meant = spelling.meant(words) if words and not found.total else ""
    if meant and not search.find(meant, **chosen, limit=1).total:
        meant = ""
    context = {"words": words, "chosen": chosen, "found": found, "more": more, "narrowed": narrowed, "told": told}
    context["meant"] = meant
    return render(request, "cms/search.html", context)


@require_safe
def robots(request):
    """What crawlers may read, and where the sitemap is."""
    sitemap = settings.BASE_URL + reverse("sitemap")
    paths = ("/admin/", "/rate/", "/poll/", "/comments/", "/get/", "/search/", "/t/")
    closed = [f"Disallow: {path}" for path in paths]
    lines = ("User-agent: *", *closed, f"Sitemap: {sitemap}", "")
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def picture(request, name):
    """A picture in one of its sizes. Files and originals have no address here: files are served by Wagtail's view,
    which asks who may have them. A changed picture gets a new name, so this one may be kept for a month."""
    response = serve(request, name, document_root=Path(settings.MEDIA_ROOT) / "images")
    patch_cache_control(response, public=True, max_age=PICTURE_AGE)
    return response


def _topic_of(slug: str) -> Topic:
    found = merged.find(slug)
    if found is None:
        raise Http404
    return found


def _listing(request, pieces, heading, **more):
    before = request.GET.get("before", "")
    try:
        found, older = library.page_of(library.cards(pieces), before)
    except ValueError as error:
        raise Http404(str(error)) from error
    # Of older pieces another page than of the newest: what else stands in the address makes no other one.
    path = request.path + (f"?before={before}" if before else "")
    context = {"heading": heading, "pieces": found, "older": older, "is_first": not before, "path": path}
    return render(request, "cms/listing.html", context | more)


def _shown(text: str) -> int:
    """How many results to show: a whole number of steps; nonsense is the first step."""
    steps = -(-int(text) // RESULTS_A_STEP) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    return min(max(steps, 1) * RESULTS_A_STEP, search.MOST_FOUND)
