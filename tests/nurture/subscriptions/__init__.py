import re

from nurture.mail.models import Delivery


def address_in(mail):
    """The path behind the link of a mail."""
    return re.search(r"/subscribe/[0-9a-f-]{36}/", mail.body)[0]


def mails():
    """The mails of subscriptions, oldest first."""
    return list(Delivery.objects.filter(occasion__startswith="subscription:").order_by("pk"))
