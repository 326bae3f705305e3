"""The mails around a comment: confirm your address, somebody commented, your comment was answered."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from cms.feedback.models import Comment


def ask_to_confirm(comment: Comment) -> None:
    """To the address that was given. Its link shows a page with a button: mail scanners follow links."""
    link = settings.BASE_URL + reverse("confirm_comment", args=[comment.key])
    _send(comment.email, _("Confirm your comment"), "cms/mail/confirm_comment.txt", {"comment": comment, "link": link})


def tell_team(comment: Comment) -> None:
    """To who signed the piece and who owns it, as far as they log in: both may answer, one mail each."""
    piece = comment.asset
    author = piece.author.user if piece.author else None
    links = {author: reverse("comments:mine"), piece.owner: reverse("comments:index")}
    subject = _("A comment on “%(piece)s”") % {"piece": piece.title}
    for user, path in links.items():
        if user and user.is_active and user.email:
            context = {"comment": comment, "link": settings.BASE_URL + path}
            _send(user.email, subject, "cms/mail/comment_posted.txt", context)


def tell_commenter(comment: Comment) -> None:
    """To the reader who asked to hear of the answer."""
    link = f"{settings.BASE_URL}{comment.asset.get_url()}#comment-{comment.pk}"
    subject = _("An answer to your comment on “%(piece)s”") % {"piece": comment.asset.title}
    _send(comment.email, subject, "cms/mail/comment_answered.txt", {"comment": comment, "link": link})


def _send(to: str, subject: str, template: str, context: dict) -> None:
    """In the caller's transaction: sent if that commits. A line break in a title would forge a header."""
    text = render_to_string(template, context | {"site_name": settings.SITE_NAME})
    EmailMessage(" ".join(subject.split()), text, to=[to], headers={"X-Lane": "transactional"}).send()
