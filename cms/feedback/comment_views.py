"""POST /comments/ takes a comment; the link in its mail leads to a page whose button confirms the address."""

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from cms.feedback import comments, limits, readers
from cms.feedback.models import Comment
from cms.feedback.ratings import BadToken
from cms.feedback.views import LONGEST_LINK_TOKEN, length, rateable, token_words

LONGEST_BODY = 32 * 1024


class CommentForm(forms.Form):
    """Name and text are shown, the address is not."""

    text = forms.CharField(
        validators=[MaxLengthValidator(comments.LONGEST_TEXT)],
        error_messages={"required": gettext_lazy("Write your comment first.")},
    )
    name = forms.CharField(max_length=80, error_messages={"required": gettext_lazy("Say what to call you.")})
    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": gettext_lazy("Give an address: we send a mail there that shows the comment is yours."),
            "invalid": gettext_lazy("This is no mail address: it looks like name@example.com."),
        },
    )
    wants_answer = forms.BooleanField(required=False)

    def clean_name(self):
        """On one line."""
        return " ".join(self.cleaned_data["name"].split())


# The form's own token, bound to one piece and made by us, stands in for the CSRF cookie: readers get no cookie.
@csrf_exempt
@require_POST
def post(request):
    """Keep the comment and go back to the piece; what is wrong is said beside its field, with the words kept."""
    request.encoding = "utf-8"  # as our form sends it, whatever the request calls itself
    if length(request, LONGEST_BODY) > LONGEST_BODY:
        return _refused(request, 413, _("The comment was longer than this form can send."))
    try:
        asset_id, age = comments.read_token(request.POST.get("token", ""))
    except BadToken as error:
        return _refused(request, 400, token_words(str(error)))
    piece = rateable(asset_id)
    if piece is None:
        return _refused(request, 404, _("This piece is no longer on the site, so nobody can comment on it."))
    form = CommentForm(request.POST)
    if not form.is_valid():
        context = {"page": piece, "form": form, "token": comments.sign(piece.pk)}
        return render(request, "cms/comment_again.html", context, status=422)
    try:
        comments.post(piece, **form.cleaned_data, posting=_posting(request, age))
    except limits.TooManyError as error:
        return _refused(request, 429, str(error))
    return HttpResponseRedirect(f"{piece.get_url(request)}?commented=1#comments", status=303)


# The key in the address, known from the mail alone, stands in for the CSRF cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, key):
    """GET shows the comment and a button, and changes nothing: mail scanners follow links. POST confirms."""
    comment = get_object_or_404(Comment.objects.select_related("asset__owner", "asset__author__user"), key=key)
    if request.method == "POST":
        comments.confirm(comment, readers.request_facts(request))
        return HttpResponseRedirect(request.path, status=303)
    return render(request, "cms/confirm_comment.html", {"comment": comment})


def _posting(request, age: float) -> comments.Posting:
    return comments.Posting(
        age=age,
        trap=request.POST.get("website", ""),
        network_key=readers.network_key(request),
        visitor=readers.visitor(request),
        link_token=request.POST.get("link", "").replace("\0", "")[:LONGEST_LINK_TOKEN],
    )


def _refused(request, status: int, why: str):
    context = {"kicker": _("Comment"), "title": _("Your comment could not be taken"), "why": why}
    mend = _("Open the piece again to send it.") if status < 429 else ""
    return render(request, "cms/rating_refused.html", context | {"mend": mend}, status=status)
