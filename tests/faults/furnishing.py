"""What a replayed history needs to set something off: pieces, mails, rules, an owner, an agreement.

The outcome must not depend on the order in which events arrive: it is another whenever a process dies. So a rule fires
either for each cause (EACH) or once for a contact (ONCE), and only one rule moves contacts.
"""

from cms import agreements, policy
from cms.models import AssetPage, BuyingStage, HomePage, SignalAgreement, User
from nurture import replaying
from nurture.contacts.models import Account
from nurture.mail.models import EmailTemplate
from nurture.rules.models import Rule
from tests.nurture.mail.conftest import MJML
from tests.nurture.rules.conftest import READING

PIECES = 12
SIGNALS = 3  # the most popular ones
EACH, ONCE = 0, 36_500
STAGE = "decision"
# A fault that takes long must not make causes too old; the history is of half a year.
ENVIRONMENT = {"LEDE_RULE_MAX_AGE_HOURS": "100000"}


def furnish() -> None:
    """Into the empty installation whose ORM we use."""
    home = HomePage.objects.get()
    stage = BuyingStage.objects.get(slug="interest")
    pieces = [
        home.add_child(instance=AssetPage(title=f"Piece {n}", slug=f"piece-{n}", primary_stage=stage))
        for n in range(PIECES)
    ]
    owner = _person("olga", policy.SALESPERSON)
    Account.objects.create(name="Replayed readers", domain=replaying.DOMAIN, owner=owner)
    _agreement(pieces[:SIGNALS], _person("sven", policy.SALES_MANAGER))
    kinds = {kind: ("asset_engaged", READING | {"kinds": [kind] if kind else []}) for kind in ("", *_KINDS)}
    _rule("Saved: a mail each time", kinds["asset_saved"], [_mail("saved", pieces[0])], EACH)
    _rule("First sign: one mail", kinds[""], [_mail("first", pieces[1])], ONCE)
    _rule("Commented: decides", kinds["comment_posted"], [("move_stage", {"stage": STAGE, "forward_only": True})], EACH)
    _rule("Decides: one mail", ("stage_changed", {"to_stages": [STAGE]}), [_mail("decides", pieces[2])], ONCE)
    signal = [("agreement_in_force", None)]
    _rule("Rated a signal: tell sales", kinds["asset_rated"], [("alert_owner", {"reason": ""})], EACH, signal)


_KINDS = ("asset_saved", "comment_posted", "asset_rated")


def _person(name: str, group: str) -> User:
    user = User.objects.create_user(name, f"{name}@lede.example", "a long password")
    user.groups.add(user.groups.model.objects.get(name=group))
    return user


def _agreement(pieces: list[AssetPage], signer: User) -> None:
    agreement = SignalAgreement(name="Rated", reason="Who rates it has read it.", opener="Hello", live=False)
    agreement.assets = pieces
    agreement.save()
    revision = agreement.save_revision()
    revision.publish()
    agreements.sign(SignalAgreement.objects.get(pk=agreement.pk), revision, signer)


def _mail(slug: str, page: AssetPage) -> tuple[str, dict]:
    template = EmailTemplate.objects.create(name=slug, slug=slug, subject="{{ piece.title }}", mjml=MJML, live=False)
    template.save_revision().publish()
    return "send_mail", {"template": template, "piece": "page", "page": page}


def _rule(name: str, trigger: tuple, actions: list, again: int, conditions=()) -> None:
    rule = Rule(name=name, why="Because.", trigger=[trigger], actions=actions, again_after_days=again, live=False)
    rule.conditions = list(conditions)
    rule.save()
    rule.save_revision().publish()
