"""The demonstration's library: one invented company, its people, its pieces. Loaded once; what people change stays.

Every app may have a `demo.load(say)`; `manage.py demo` calls them in INSTALLED_APPS order, this one first.
"""

import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from wagtail.models import Site

from cms import clock, cycle, demo_gates, demo_people, demo_pieces, demo_surveys, placements
from cms.models import (
    AssetPage,
    Author,
    Campaign,
    CampaignCost,
    CycleVersion,
    HomePage,
    Objection,
    Persona,
    Poll,
    PollOption,
    StageStatement,
    Topic,
    User,
    Vehicle,
)

CONTENT = Path(__file__).resolve().parent / "demo_content"
WAITING = 3  # the newest pieces, whose stage sales has not looked at yet
Say = Callable[[str], None]


def cast() -> dict:
    """Company, personas, topics, authors, accounts, contacts and users, as written in cast.toml."""
    return tomllib.loads((CONTENT / "cast.toml").read_text(encoding="utf-8"))


def load(say: Say) -> None:
    """People, lists and pieces that are missing; a second call finds all of them and changes nothing."""
    told = cast()
    name_the_site(told["company"])
    if made := demo_people.load(told["users"]):
        say(f"People who log in: {made}")
    for model, rows in (
        (Persona, told["personas"]),
        (Topic, told["topics"]),
        (Objection, told["objections"]),
        (Author, told["authors"]),
    ):
        for row in rows:
            _one(model, dict(row))
    demo_pieces.load(CONTENT / "pieces", say, _campaigns(told))
    demo_gates.load(told["gate"], CONTENT / "pieces", say)
    agree_on_stages(told)
    ask(told["poll"])
    demo_surveys.load()


def _one(model, row: dict) -> None:
    """As it is told, with what it is about; one that is there keeps everything."""
    topics = row.pop("topics", ())
    found, is_new = model.objects.get_or_create(slug=row["slug"], defaults=row)
    if is_new and topics:
        found.topics.set(Topic.objects.filter(slug__in=topics))


def _campaigns(told: dict) -> dict[str, Campaign]:
    """The undertakings, made where they are missing: {piece's slug: its campaign}."""
    for row in told["vehicles"]:
        Vehicle.objects.get_or_create(slug=row["slug"], defaults=row)
    today, found = clock.now().date(), {}
    for row in told["campaigns"]:
        values = {name: row[name] for name in ("name", "objective", "audience", "budget", "expected_result")}
        values["vehicle"] = Vehicle.objects.filter(slug=row["vehicle"]).first()
        values["starts_on"] = today + timedelta(days=row["starts_days"])
        values["ends_on"] = today + timedelta(days=row["ends_days"])
        made, is_new = Campaign.objects.get_or_create(utm_campaign=row["utm_campaign"], defaults=values)
        for cost in row["costs"] if is_new else ():
            paid_on = today + timedelta(days=cost["paid_days"])
            CampaignCost.objects.create(campaign=made, what=cost["what"], amount=cost["amount"], paid_on=paid_on)
        found |= dict.fromkeys(row["pieces"], made)
    return found


def name_the_site(company: dict) -> None:
    """Give the site the company's name and its front page a first sentence, where nobody has given them others."""
    Site.objects.filter(is_default_site=True, site_name="").update(site_name=company["name"])
    HomePage.objects.filter(intro="").update(intro=company["tagline"])


def ask(told: dict) -> None:
    """One open question under every piece, where nobody has asked any."""
    if not Poll.objects.exists():
        poll = Poll(question=told["question"])
        poll.options = [PollOption(text=text, sort_order=number) for number, text in enumerate(told["options"])]
        poll.save()


def agree_on_stages(told: dict) -> None:
    """Sales has signed the cycle and judged the older pieces' stages; one is disputed, the newest wait for it."""
    people = {
        user.username: user for user in User.objects.filter(username__in=[one["username"] for one in told["users"]])
    }
    by_group = {one["group"]: people.get(one["username"]) for one in reversed(told["users"])}
    manager, seller = by_group.get("sales_manager"), by_group.get("salesperson")
    if manager and not CycleVersion.objects.exists():
        cycle.sign(cycle.standing().digest, manager)
    if seller is None or StageStatement.objects.exists():
        return
    pieces = list(placements.open_to_sales().order_by("-first_published_at").values_list("pk", "primary_stage"))
    disputed, agreed = pieces[WAITING : WAITING + 1], pieces[WAITING + 1 :]
    placements.agree(agreed, seller)
    if disputed:
        placements.dispute(disputed, seller, told["stage_dispute"]["text"])
        placements.remark(
            AssetPage.objects.get(pk=disputed[0][0]), by_group["marketer"], told["stage_dispute"]["answer"]
        )
