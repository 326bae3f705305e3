"""/subscribe/: ask for new pieces by mail; behind the mailed link: confirm, change, end. No account, no cookie."""

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cms import keys
from cms.feedback import limits, readers
from cms.feedback.ratings import BadToken
from cms.feedback.views import length
from nurture.subscriptions import asking
from nurture.subscriptions.forms import ChoiceForm, SubscribeForm
from nurture.subscriptions.models import Subscription

LONGEST_BODY = 16 * 1024
SENT = "sent"


# The form's own token, made by us, stands in for the CSRF cookie: readers get no cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request):
    """GET shows the form, and after it was sent what to do next. POST takes it; what is wrong stands at its field."""
    request.encoding = "utf-8"  # as our form sends it, whatever the request calls itself
    if request.method != "POST":
        return _page(request, None, is_sent=SENT in request.GET)
    if length(request, LONGEST_BODY) > LONGEST_BODY:
        return _page(request, None, why=_("What was written is longer than this form can send."), status=413)
    form = SubscribeForm(request.POST)
    try:
        age = asking.read_token(request.POST.get("token", ""))
    except BadToken:
        return _page(request, form, why=_("The form was open for too long. Please send it again."), status=422)
    if not form.is_valid():
        return _page(request, form, why=_("Something is missing or wrong; what you wrote is kept below."), status=422)
    return _asked(request, form, age)


def _asked(request, form: SubscribeForm, age: float):
    said = form.cleaned_data
    visitor = readers.visitor(request)
    posting = asking.Posting(age, readers.network_key(request), visitor)
    try:
        if not request.POST.get("website"):  # what people do not see and robots fill in: those are told the same
            asking.ask(said["email"], said["cadence"], [topic.pk for topic in said["topics"]], posting)
    except asking.TooFastError:
        why = _("That came faster than people write. If you are one, please send it once more.")
        return _page(request, form, why=why, token=request.POST["token"], status=422)
    except limits.TooManyError as error:
        return _page(request, form, why=str(error), status=429)
    return HttpResponseRedirect(f"{reverse('subscribe')}?{SENT}#content", status=303)


# The key in the address, known from the mail alone, stands in for the CSRF cookie.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request, key):
    """GET shows it and changes nothing: mail scanners follow links. POST confirms, changes or ends it (`do`)."""
    found = get_object_or_404(Subscription.objects.select_related("contact"), key=key)
    if request.method != "POST":
        return _mine(request, found, saved=request.GET.get("saved", ""))
    do = request.POST.get("do")
    if do == "confirm":
        visitor = readers.visitor(request)
        asking.confirm(found, visitor, readers.request_facts(request))
    elif do == "end":
        asking.end(found, readers.request_facts(request))
    else:
        form = ChoiceForm(request.POST)
        if not form.is_valid():
            return _mine(request, found, form=form, status=422)
        topics = [topic.pk for topic in form.cleaned_data["topics"]]
        asking.change(found, form.cleaned_data["cadence"], topics, readers.request_facts(request))
    return HttpResponseRedirect(f"{request.path}?saved={'1' if do != 'confirm' else 'confirmed'}", status=303)


def _page(request, form, *, why="", is_sent=False, token="", status=200):
    context = {
        "form": form or SubscribeForm(initial={"topics": _topic(request)}),
        "token": token or asking.sign(),
        "why": why,
        "is_sent": is_sent,
        "own_form": True,
    }
    return render(request, "nurture/subscriptions/subscribe.html", context, status=status)


def _topic(request) -> list[int]:
    asked = keys.number(request.GET.get("topic"))
    return [asked] if asked else []


def _mine(request, found: Subscription, *, form=None, saved="", status=200):
    chosen = {"cadence": found.cadence, "topics": [topic.pk for topic in found.topics.all()]}
    context = {"subscription": found, "form": form or ChoiceForm(initial=chosen), "saved": saved, "own_form": True}
    context["topics"] = [topic.name for topic in found.topics.all()]
    response = render(request, "nurture/subscriptions/mine.html", context, status=status)
    response["Referrer-Policy"], response["X-Robots-Tag"] = "no-referrer", "noindex"
    return response
