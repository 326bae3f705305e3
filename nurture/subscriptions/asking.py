"""Asking for a subscription: kept, answered by one mail whose button confirms it. Nobody is subscribed by others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cms import clock
from cms.feedback import limits
from cms.feedback.ratings import TOKEN_AGE, BadToken
from nurture.contacts import identities, people
from nurture.contacts.models import Contact, Identity
from nurture.subscriptions import letters
from nurture.subscriptions.models import Subscription
from tracking import consent, onsite, wordings
from tracking.seen import MAX_AGENT

State, Cadence = Subscription.State, Subscription.Cadence
SOURCE = "subscription"
FASTEST_SECONDS = 1.5  # with a browser that fills in forms by itself, nobody is faster
A_NETWORK_AN_HOUR, AN_ADDRESS_A_DAY, ALL_A_MINUTE = 10, 3, 120
EVERY = {Cadence.DAILY: timedelta(days=1), Cadence.WEEKLY: timedelta(days=7), Cadence.MONTHLY: timedelta(days=30)}
UNCONFIRMED, NETWORKS, A_TURN = timedelta(days=14), timedelta(days=1), 500
_SALT = "nurture.subscriptions"


@dataclass(frozen=True)
class Posting:
    """What came with the form besides its words: how old the form is, and who sent it, as far as we may know."""

    age: float
    network_key: str = ""
    visitor: UUID | None = None


class TooFastError(Exception):
    """Sent faster than a person can: the same form sent once more is taken."""


def sign() -> str:
    """The token of a form: made by us, good for 30 days, and it says how old the form is."""
    return signing.dumps(clock.now().timestamp(), salt=_SALT)


def read_token(token: str) -> float:
    """Seconds since the form was made. Raises BadToken."""
    try:
        age = clock.now().timestamp() - float(signing.loads(token, salt=_SALT))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadToken("not ours") from error
    if age > TOKEN_AGE:
        raise BadToken("expired")
    return age


@transaction.atomic
def ask(email: str, cadence: str, topics: Iterable[int], posting: Posting) -> None:
    """Keep what was asked for and mail its button. Who is subscribed already is mailed the way to change it: the page
    says the same to both. Raises limits.TooManyError, TooFastError."""
    if posting.age < FASTEST_SECONDS:
        raise TooFastError
    email = consent.normalise(email)
    limits.take_turn()
    _limit(email, posting.network_key)
    made = Subscription.objects.create(
        email=email,
        cadence=cadence,
        wording=wordings.version(wordings.EMAIL),
        visitor=posting.visitor,
        network_key=posting.network_key,
        asked_at=clock.now(),
    )
    made.topics.set(topics)
    if known := Subscription.objects.filter(contact__email=email, state=State.LIVE).first():
        letters.say_known(known, email)
    else:
        letters.ask_to_confirm(made)


@transaction.atomic
def confirm(asked: Subscription, visitor: UUID | None, facts: Mapping[str, str]) -> bool:
    """The button behind the mailed link was pressed: they are a contact, and want to be mailed. True the first time.

    An unsubscribe of before is lifted: nobody else can have pressed it. What they had subscribed to before ends.
    """
    now = clock.now()
    first = Subscription.objects.filter(pk=asked.pk, state=State.ASKED)
    if not first.update(confirmed_at=now, network_key="", visitor=None):
        return False
    contact = people.by_address(asked.email) or people.add(asked.email, SOURCE)
    Contact.objects.select_for_update().get(pk=contact.pk)
    Subscription.objects.filter(contact=contact, state=State.LIVE).update(state=State.ENDED, ended_at=now, due_at=None)
    due_at = now + EVERY[Cadence(asked.cadence)]
    first.update(contact=contact, state=State.LIVE, email="", since=now, due_at=due_at)
    proof = {"subscription": asked.key.hex, "user_agent": facts.get("ua", "")[:MAX_AGENT]}
    consent.resume(contact.email, subject=contact.subject, source=SOURCE, wording=asked.wording, proof=proof)
    agreed = visitor and consent.answers([visitor], wordings.SITE_PROFILE).get(visitor) is not False
    is_theirs = bool(agreed) and visitor == asked.visitor
    if is_theirs:
        identities.identify(contact, visitor, Identity.Kind.FORM, SOURCE)
    _tell("subscription_confirmed", contact, _chosen(asked), facts, visitor if is_theirs else None)
    return True


@transaction.atomic
def change(subscription: Subscription, cadence: str, topics: Iterable[int], facts: Mapping[str, str]) -> None:
    """Another cadence, other topics. A shorter cadence brings the next mail nearer; what is the same is no event."""
    mine = Subscription.objects.select_for_update().filter(pk=subscription.pk, state=State.LIVE).first()
    if mine is None:
        return
    before = _chosen(mine)
    mine.cadence, mine.due_at = cadence, (mine.since or clock.now()) + EVERY[Cadence(cadence)]
    mine.save(update_fields=["cadence", "due_at"])
    mine.topics.set(topics)
    if (chosen := _chosen(mine)) != before:
        _tell("subscription_changed", mine.contact, chosen, facts)


@transaction.atomic
def end(subscription: Subscription, facts: Mapping[str, str]) -> None:
    """No more of these mails; what else they agreed to stays as it is."""
    mine = Subscription.objects.filter(pk=subscription.pk, state=State.LIVE)
    if mine.update(state=State.ENDED, ended_at=clock.now(), due_at=None):
        _tell("subscription_ended", subscription.contact, {}, facts)


def _chosen(subscription: Subscription) -> dict:
    """As its events say it: how often, and about which topics; none is every topic."""
    topics = sorted(subscription.topics.values_list("pk", flat=True))
    return {"cadence": str(subscription.get_cadence_display())} | ({"topics": topics} if topics else {})


def _tell(kind: str, contact: Contact, said: dict, facts: Mapping[str, str], visitor: UUID | None = None) -> None:
    """One event, in the caller's transaction: the key that they came by was mailed to them alone."""
    onsite.record(kind, None, said | {"subject": contact.subject.hex}, visitor, facts=dict(facts))


def forget() -> int:
    """One bounded turn of giving up what nobody confirmed, and networks; how many rows."""
    now, rows = clock.now(), Subscription.objects.order_by("pk")
    old = rows.filter(state=State.ASKED, asked_at__lt=now - UNCONFIRMED).values_list("pk", flat=True)[:A_TURN]
    done = Subscription.objects.filter(pk__in=list(old)).delete()[0]
    known = rows.filter(asked_at__lt=now - NETWORKS).exclude(network_key="").values_list("pk", flat=True)[:A_TURN]
    return done + Subscription.objects.filter(pk__in=list(known)).update(network_key="")


def _limit(email: str, network_key: str) -> None:
    rows = Subscription.objects.all()
    if limits.is_over(rows, "asked_at", ALL_A_MINUTE, 60):
        raise limits.TooManyError(_("More readers subscribe than we can take just now. Try again in a few minutes."))
    if network_key and limits.is_over(rows.filter(network_key=network_key), "asked_at", A_NETWORK_AN_HOUR, 3600):
        raise limits.TooManyError(_("Many forms came from your network within an hour. Try again later."))
    if limits.is_over(rows.filter(email=email), "asked_at", AN_ADDRESS_A_DAY, 24 * 3600):
        raise limits.TooManyError(_("This address was given several times today. Look into its mailbox."))
