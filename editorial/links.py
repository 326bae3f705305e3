"""Links for people without an account: the secret in them is their key. Of it only the hash is kept."""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

LASTS = timedelta(days=14)


def new_secret() -> str:
    """One that nobody can guess."""
    return token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of it."""
    return sha256(secret.encode()).hexdigest()


def one_line(text: str) -> str:
    """A mail's subject has one line, whatever was typed."""
    return " ".join(text.split())


def send(name: str, secret: str, *, to: str, subject: str, text: str) -> None:
    """Mail the link of that address with a few words."""
    link = settings.BASE_URL + reverse(name, args=[secret])
    EmailMessage(one_line(subject), f"{text}\n\n{link}", to=[to]).send()
