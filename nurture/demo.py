"""The demonstration's accounts, contacts, mails, rules, agreement and a few weeks of reading. All of it invented."""

import random
import tomllib
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction

from cms import agreements, clock, library
from cms.models import AssetPage, BuyingStage, Persona, SignalAgreement, User
from nurture import pipeline
from nurture.contacts import identities, stages
from nurture.contacts.models import Account, Contact, Identity
from nurture.mail.models import EmailTemplate
from nurture.rules.models import Rule
from nurture.subscriptions import samples as subscriptions
from nurture.surveys import samples
from tracking import inbox
from tracking import pipeline as tracking_pipeline
from tracking.models import Draft, Visitor

CONTENT = Path(settings.BASE_DIR) / "cms" / "demo_content"
NAMESPACE = UUID("a1f0d6c2-52a3-4a34-9d0c-0a53a7e4f3a8")
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
DAYS = 42
MAILS = {
    "next-piece": ("The next piece", 'For you, {{ contact.first_name, default "reader" }}: {{ piece.title }}'),
    "survey-invitation": ("A survey", "{{ survey.title }}"),
    "after-decision-piece": ("After a decision piece", "{{ piece.title }}"),
}
SIGNALS = ("how-a-six-week-pilot-works", "business-case-worksheet", "security-answers-ahead-of-asking")


def load(say) -> None:
    """Everything, once: a second call finds it and does nothing."""
    cast = tomllib.loads((CONTENT / "cast.toml").read_text())
    if Account.objects.filter(domain=cast["accounts"][0]["domain"]).exists():
        say("Contacts, rules and reading history are there already")
        return
    with transaction.atomic():
        say("Accounts and contacts")
        make_accounts(cast["accounts"])
        make_contacts(cast["contacts"])
        say("Mails, rules and the signal agreements")
        make_mails()
        make_rules()
        make_agreements()
    say("Six weeks of reading")
    submit_history(cast["contacts"])
    answer_survey(cast["contacts"])
    subscriptions.load(cast["subscriptions"], BROWSER)
    while tracking_pipeline.run_batch() + pipeline.react():
        pass


def make_accounts(rows) -> None:
    """The accounts, shared out among the salespeople in turn."""
    owners = User.objects.filter(groups__name="Salesperson").order_by("pk")
    for number, row in enumerate(rows):
        Account.objects.create(owner=owners[number % len(owners)] if owners else None, **row)


def make_contacts(rows) -> None:
    """The people, at the first stage; those who are customers already were moved there by hand."""
    accounts = {account.domain: account for account in Account.objects.all()}
    personas = {persona.slug: persona for persona in Persona.objects.all()}
    for row in rows:
        fields = {key: value for key, value in row.items() if key not in ("account_domain", "persona", "stage")}
        Contact.objects.create(
            account=accounts[row["account_domain"]],
            persona=personas[row["persona"]],
            stage=BuyingStage.objects.order_by("sort_order").first(),
            **fields,
        )


def make_mails() -> None:
    """Templates from their MJML files, published."""
    for slug, (name, subject) in MAILS.items():
        mjml = (CONTENT / "mails" / f"{slug}.mjml").read_text()
        template = EmailTemplate.objects.create(slug=slug, name=name, subject=subject, mjml=mjml, live=False)
        template.save_revision().publish()


READING = {
    "kinds": ["asset_read", "asset_downloaded", "asset_saved"], "pieces": [], "personas": [], "topics": [],
    "formats": [], "min_seconds": None,
}  # fmt: skip


def make_rules() -> None:
    """One rule for each stage that reading can show, two that send a mail, one that alerts sales."""
    for slug in ("awareness", "interest", "consideration", "decision"):
        name = BuyingStage.objects.get(slug=slug).name
        _publish_rule(
            f"Reads at {name}",
            f"Who takes the time for a piece made for {name} is asking the questions of that stage.",
            ("asset_engaged", READING | {"stages": [slug]}),
            [("move_stage", {"stage": slug, "forward_only": True})],
            again=7,
        )
    _make_mail_rules(EmailTemplate.objects.get(slug="next-piece"))
    _publish_rule(
        "Agreed signal: tell the owner",
        "Sales signed that reading this is worth a call.",
        ("asset_engaged", READING | {"stages": []}),
        [("alert_owner", {"reason": ""})],
        again=14,
        conditions=[("agreement_in_force", None)],
    )


def _make_mail_rules(template: EmailTemplate) -> None:
    business_case = AssetPage.objects.get(slug="business-case-worksheet")
    _publish_rule(
        "Show the business case",
        "Who has become interested asks next what it would be worth to them.",
        ("stage_changed", {"to_stages": ["interest"]}),
        [("send_mail", {"template": template, "piece": "page", "page": business_case})],
        again=30,
    )
    _publish_rule(
        "Bring the next piece",
        "A step forward is the moment at which the next piece is welcome.",
        ("stage_changed", {"to_stages": ["consideration", "decision"]}),
        [("send_mail", {"template": template, "piece": "next", "page": None})],
        again=1,
    )


def _publish_rule(name, why, trigger, actions, again, conditions=()) -> None:
    rule = Rule(name=name, why=why, trigger=[trigger], conditions=list(conditions), actions=actions, live=False)
    rule.again_after_days = again
    rule.save()
    rule.save_revision().publish()


def make_agreements() -> None:
    """Two, drafted by marketing and signed by sales before the history begins: single pieces, and a set."""
    pieces = AssetPage.objects.filter(slug__in=SIGNALS)
    _sign(
        SignalAgreement(
            name="Pilot, business case and security answers",
            reason="Nobody reads how a pilot runs, what it must pay back or how it is secured out of curiosity: "
            "they are preparing a decision inside their company.",
            opener="You seem to be working out what a pilot would have to show. Which lane worries you most?",
        ),
        pieces,
    )
    _sign(
        SignalAgreement(
            name="Anything made for the decision",
            stage=BuyingStage.objects.get(slug="decision"),
            reason="They are comparing ways to decide, so somebody is going to decide soon.",
            opener="Which question would your board ask first?",
        ),
        [],
    )


def _sign(agreement: SignalAgreement, pieces) -> None:
    agreement.live = False
    agreement.assets = list(pieces)
    agreement.save()
    revision = agreement.save_revision()
    revision.publish()
    signer = User.objects.filter(groups__name="Sales manager").order_by("pk").first()
    signature = agreements.sign(SignalAgreement.objects.get(pk=agreement.pk), revision, signer)
    signature.signed_at = clock.now() - timedelta(days=DAYS + 10)
    signature.save(update_fields=["signed_at"])


def submit_history(rows) -> None:
    """Drafts as the collector would have written them: each contact reads up to their stage, some strangers too."""
    chance = random.Random(18)  # noqa: S311 -- the same believable weeks on every machine
    drafts = []
    for row in rows:
        contact = Contact.objects.select_related("account").get(email=row["email"])
        visitor = _visitor(f"contact:{row['email']}")
        identities.tie(contact, visitor, Identity.Kind.FORM, "Demonstration: filled in the newsletter form")
        drafts += _reading(visitor, row["stage"], contact.persona_id, chance)
        _settle_customer(contact, row["stage"])
    for number in range(30):
        drafts += _reading(_visitor(f"stranger:{number}"), chance.choice(["epiphany", "awareness"]), None, chance)
    inbox.submit(drafts)


def answer_survey(rows) -> None:
    """Everybody we know and a dozen strangers have answered the survey."""
    people = {contact.email: contact for contact in Contact.objects.select_related("persona")}
    known = [(_visitor(f"contact:{row['email']}").key, people[row["email"]]) for row in rows]
    samples.answer([*known, *((_visitor(f"stranger:{number}").key, None) for number in range(12))], BROWSER)


def _visitor(name: str) -> Visitor:
    seen = clock.now() - timedelta(days=DAYS)
    return Visitor.objects.get_or_create(
        key=uuid5(NAMESPACE, name), defaults={"first_seen_at": seen, "last_seen_at": seen}
    )[0]


def _settle_customer(contact: Contact, slug: str) -> None:
    """Stages after the purchase are not read off from reading: a colleague in service moved them by hand."""
    stage = BuyingStage.objects.get(slug=slug)
    if stage.sort_order > BuyingStage.objects.get(slug="decision").sort_order:
        user = User.objects.filter(groups__name="Sales manager").first()
        at = clock.now() - timedelta(days=DAYS + 1)
        stages.move(contact, stage, reason="Customer since the spring; moved by hand.", at=at, user=user)


def _reading(visitor: Visitor, stage_slug: str, persona_id: int | None, chance: random.Random) -> list[Draft]:
    """A person's weeks: one to three pieces of each stage up to theirs, in order, the last one today or yesterday."""
    reached = BuyingStage.objects.get(slug=stage_slug).sort_order
    path: list[AssetPage] = []
    for stage in BuyingStage.objects.filter(sort_order__lte=reached):
        pieces = list(library.published().filter(primary_stage=stage).order_by("slug"))
        mine = [piece for piece in pieces if persona_id in {persona.pk for persona in piece.personas.all()}]
        path += chance.sample(mine or pieces, k=min(len(mine or pieces), chance.randint(1, 2)))
    newest = clock.now() - timedelta(hours=chance.choice([3, 6, 9, 14, 19]))
    gap = timedelta(days=DAYS - 4) / max(len(path), 1)
    drafts = []
    for number, piece in enumerate(reversed(path)):
        at = newest - gap * number - timedelta(minutes=chance.randint(0, 55))
        drafts += _visit(visitor, piece, at, chance, surely_read=number == 0)
    return drafts


def _visit(visitor: Visitor, piece: AssetPage, at, chance: random.Random, surely_read: bool) -> list[Draft]:
    """Opened, mostly read, sometimes rated."""
    seconds = chance.randint(35, 420)
    visit = [_draft(visitor, piece, "page_viewed", at, {})]
    if chance.random() < 0.85 or surely_read:
        properties = {"seconds": seconds, "depth": chance.randint(55, 100)}
        visit.append(_draft(visitor, piece, "asset_read", at + timedelta(seconds=seconds), properties))
    if chance.random() < 0.3:
        value = chance.choice([1, 1, 1, -1])
        visit.append(_draft(visitor, piece, "asset_rated", at + timedelta(seconds=seconds + 4), {"value": value}))
    return visit


def _draft(visitor: Visitor, piece: AssetPage, kind: str, at, properties: dict) -> Draft:
    return Draft(
        uuid=uuid5(NAMESPACE, f"{visitor.key}:{piece.slug}:{kind}"),
        kind=kind,
        source="server",
        occurred_at=at,
        received_at=clock.now(),
        payload={"url": f"{settings.BASE_URL}/{piece.slug}/", "visitor": str(visitor.key), "properties": properties},
        facts={"ua": BROWSER, "method": "POST", "scope": "history"},
    )
