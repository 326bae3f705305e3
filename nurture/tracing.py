"""One synthetic reader through the whole loop, each link of the chain timed: `manage.py doctor --loop`.

Everything it makes is marked and taken away again, whatever happens. Its mails go to the sender's own address.
"""

import time
from collections.abc import Callable
from uuid import uuid4

import httpx
from django.conf import settings
from django.db.models import Q

from cms import clock
from nurture.contacts.models import Engagement, StageChange
from nurture.mail.models import Delivery
from nurture.rules.models import ActionRun
from nurture.sales.models import Alert
from nurture.synthetic import Cast
from tracking import queries

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
PATIENCE_SECONDS = 30
Report = Callable[[str, bool, float, str], None]


class Broken(Exception):
    """A link of the chain did not hold; the message says which and what to look at."""


def trace_loop(report: Report, base_url: str) -> bool:
    """Walk the chain against the running server and worker; report(step, ok, seconds, detail) for each link."""
    cast = Cast(uuid4())
    steps = (
        ("A tagged piece is published", publish),
        ("A reader reads it", read_over_http),
        ("The ledger records it", wait_for_event),
        ("It is the contact's reading", wait_for_engagement),
        ("A rule moves the stage", wait_for_stage),
        ("A nurture mail goes out", wait_for_mail),
        ("Sales is alerted, with the reason", wait_for_alert),
        ("The alert is mailed", wait_for_alert_mail),
    )
    try:
        return all(_walk(report, name, step, cast, base_url) for name, step in steps)
    finally:
        cast.leave()


def _walk(report: Report, name: str, step, cast: Cast, base_url: str) -> bool:
    started = time.monotonic()
    try:
        detail = step(cast, base_url)
    except (Broken, httpx.HTTPError) as error:
        report(name, False, time.monotonic() - started, str(error))
        return False
    report(name, True, time.monotonic() - started, detail)
    return True


def publish(cast: Cast, base_url: str) -> str:
    """The piece, the contact, the rule and the agreement, all synthetic."""
    cast.enter()
    return f"“{cast.page.title}” at {cast.page.url_path}"


def read_over_http(cast: Cast, base_url: str) -> str:
    """As a browser's pixel script does it."""
    event = {
        "uuid": str(cast.event_uuid),
        "kind": "asset_read",
        "url": f"{base_url}/{cast.page.slug}/",
        "visitor": str(cast.visitor.key),
        "properties": {"seconds": 60, "depth": 100},
    }
    answer = httpx.post(f"{base_url}/t/e", json=event, headers={"User-Agent": BROWSER}, timeout=10)
    if answer.status_code != httpx.codes.ACCEPTED:
        raise Broken(f"The collector answered {answer.status_code}: {answer.text[:200]}")
    return f"HTTP {answer.status_code}, durable before it answered"


def wait_for_event(cast: Cast, base_url: str) -> str:
    """The draft became an event, judged human."""
    event = _wait(lambda: next(iter(queries.events([cast.event_uuid])), None), "Is the worker running?")
    if event.verdict != "human":
        raise Broken(f"It was judged {event.verdict}: {event.reasons}")
    return "judged human"


def wait_for_engagement(cast: Cast, base_url: str) -> str:
    """The event was credited to the contact."""
    engagement = _wait(lambda: Engagement.objects.filter(event_uuid=cast.event_uuid).first(), "See the worker's log.")
    return f"by {engagement.kind}"


def wait_for_stage(cast: Cast, base_url: str) -> str:
    """The rule moved the contact."""
    changes = StageChange.objects.filter(contact=cast.contact, cause_uuid=cast.event_uuid)
    change = _wait(lambda: changes.select_related("to_stage").first(), "No rule fired; see “What rules did”.")
    _wait(
        lambda: ActionRun.objects.filter(contact=cast.contact, rule__name=cast.mark).exists(), "See the worker's log."
    )
    # Settle time 0 for this reader: nothing is waited for.
    ActionRun.objects.filter(contact=cast.contact, state="pending").update(due_at=clock.now())
    return f"to {change.to_stage}: {change.reason}"


def wait_for_mail(cast: Cast, base_url: str) -> str:
    """The mail was handed to the mail server, or the maildir."""
    run = _run_of(cast, "send_mail")
    return _sent(cast, Q(occasion=f"rule:{run.pk}"))


def wait_for_alert(cast: Cast, base_url: str) -> str:
    """The alert stands in the owner's inbox."""
    alert = _wait(lambda: _alert_of(cast), _outcomes(cast))
    return f"for {alert.owner}: {alert.reason}"


def wait_for_alert_mail(cast: Cast, base_url: str) -> str:
    """And in their mail."""
    return _sent(cast, Q(occasion__startswith=f"alert:{_alert_of(cast).pk}:"))


def _run_of(cast: Cast, action: str) -> ActionRun:
    """The run of the synthetic rule: this installation's own rules may fire for the reader as well."""
    return ActionRun.objects.get(contact=cast.contact, rule__name=cast.mark, action=action)


def _alert_of(cast: Cast) -> Alert | None:
    run = _run_of(cast, "alert_owner")
    return Alert.objects.select_related("owner").filter(occasion=f"action:{run.pk}").first()


def _sent(cast: Cast, which: Q) -> str:
    delivery = _wait(
        lambda: Delivery.objects.filter(which).exclude(state__in=("pending", "claimed")).first(), _outcomes(cast)
    )
    if delivery.state != Delivery.State.SENT:
        raise Broken(f"It ended as {delivery.get_state_display()}: {delivery.last_error}")
    return f"“{delivery.subject}” to {delivery.address} by {settings.MAIL_TRANSPORT.split(':')[0]}"


def _outcomes(cast: Cast) -> str:
    """What the rules' actions said of themselves, as the hint when one did not arrive."""
    return "; ".join(
        f"{run.action}: {run.outcome or run.state}" for run in ActionRun.objects.filter(contact=cast.contact)
    )


def _wait(look, hint: str):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise Broken(f"Nothing after {PATIENCE_SECONDS} seconds. {hint}")
