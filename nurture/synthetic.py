"""The people and things of `doctor --loop`: made, marked, and taken away without a trace."""

from datetime import timedelta
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from cms import agreements, clock, policy
from cms.models import AgreementSignature, AssetPage, BuyingStage, HomePage, SignalAgreement, User
from nurture.contacts.models import Account, Contact, Exposure, Identity
from nurture.mail.models import Delivery, DeliveryAttempt, EmailTemplate, Message
from nurture.rules.models import ActionRun, Rule
from nurture.sales.models import Alert
from tracking import accounts
from tracking.models import Session, Visitor

MJML = """<mjml><mj-body><mj-section><mj-column><mj-text>
A check of the loop, for {{ contact.first_name }}: <a href="{{ piece.url }}">{{ piece.title }}</a>.
<a href="{{ unsubscribe_url }}">Unsubscribe</a>
</mj-text></mj-column></mj-section></mj-body></mjml>"""


class Cast:
    """One synthetic reader, their account and its owner, a piece, a mail, a rule and an agreement."""

    def __init__(self, uuid: UUID):
        self.event_uuid = uuid
        self.mark = f"doctor-{uuid.hex[:12]}"
        self.page = self.contact = self.visitor = None

    def enter(self) -> None:
        """Make everything, in one transaction."""
        with transaction.atomic():
            first, second = BuyingStage.objects.order_by("sort_order")[:2]
            self._make_people(first)
            self._make_piece(second)
            self._make_agreement()
            self._make_rule(second)

    def leave(self) -> None:
        """Take everything away again, found by its mark: it may have been made only in part."""
        with transaction.atomic():
            contacts = Contact.objects.filter(synthetic=True, email__contains=self.mark)
            users = User.objects.filter(username=self.mark)
            alerts = list(Alert.objects.filter(contact__in=contacts).values_list("pk", flat=True))
            mine = Delivery.objects.filter(contact__in=contacts)
            for pk in alerts:
                mine |= Delivery.objects.filter(occasion__startswith=f"alert:{pk}:")
            DeliveryAttempt.objects.filter(delivery__in=mine.values("pk")).delete()
            Delivery.objects.filter(pk__in=list(mine.values_list("pk", flat=True))).delete()
            ActionRun.objects.filter(contact__in=contacts).delete()
            Exposure.objects.filter(contact__in=contacts).delete()
            self._forget_event()
            contacts.delete()
            Account.objects.filter(name=self.mark).delete()
            self._remove_made_by_hand()
            users.delete()

    def _make_people(self, stage: BuyingStage) -> None:
        name, _, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")
        address = f"{name}+{self.mark}@{domain}"
        owner = User.objects.create_user(self.mark, address, None, first_name="Doctor")
        owner.groups.set(Group.objects.filter(name=policy.SALESPERSON))  # only sales may sign
        account = Account.objects.create(name=self.mark, owner=owner)
        self.contact = Contact.objects.create(
            email=f"{name}+{self.mark}-reader@{domain}", first_name="Doctor", last_name="Loop",
            account=account, stage=stage, synthetic=True,
        )  # fmt: skip
        now = clock.now()
        self.visitor = Visitor.objects.create(key=self.event_uuid, first_seen_at=now, last_seen_at=now)
        Identity.objects.create(
            contact=self.contact, visitor=self.visitor, kind=Identity.Kind.API, evidence=self.mark, created_at=now
        )

    def _make_piece(self, stage: BuyingStage) -> None:
        home = HomePage.objects.get()
        # `customers`: reachable by its address, never listed, so that no reader stumbles over it.
        page = AssetPage(
            title="A check of the loop", slug=self.mark, primary_stage=stage, live=False, audience="customers"
        )
        self.page = home.add_child(instance=page)
        self.page.save_revision().publish()

    def _make_agreement(self) -> None:
        agreement = SignalAgreement(name=self.mark, reason="A synthetic reader read it: all is well.", live=False)
        agreement.assets = [self.page]
        agreement.expires_on = (clock.now() + timedelta(days=1)).date()
        agreement.save()
        revision = agreement.save_revision()
        revision.publish()
        agreements.sign(SignalAgreement.objects.get(pk=agreement.pk), revision, self.contact.account.owner)

    def _make_rule(self, stage: BuyingStage) -> None:
        template = EmailTemplate.objects.create(
            name=self.mark, slug=self.mark, subject="A check of the loop", mjml=MJML, live=False
        )
        template.save_revision().publish()
        pieces = {"pieces": [self.page], "kinds": ["asset_read"], "stages": [], "personas": [], "topics": []}
        rule = Rule(
            name=self.mark,
            why="A synthetic reader shows that the loop holds.",
            trigger=[("asset_engaged", pieces | {"formats": [], "min_seconds": None})],
            conditions=[("agreement_in_force", None)],
            actions=[
                ("move_stage", {"stage": stage.slug, "forward_only": True}),
                ("send_mail", {"template": template, "piece": "page", "page": self.page}),
                ("alert_owner", {"reason": ""}),
            ],
            live=False,
        )
        rule.save()
        rule.save_revision().publish()

    def _forget_event(self) -> None:
        visitors = Visitor.objects.filter(key=self.event_uuid)
        accounts.forget(self.event_uuid)
        Session.objects.filter(visitor__in=visitors).delete()
        visitors.delete()

    def _remove_made_by_hand(self) -> None:
        """Rule, mail, agreement and page; what points at their revisions first."""
        for rule in Rule.objects.filter(name=self.mark):
            rule.delete()
        for template in EmailTemplate.objects.filter(slug=self.mark):
            Message.objects.filter(revision__in=template.revisions.values("pk")).delete()
            template.delete()
        for agreement in SignalAgreement.objects.filter(name=self.mark):
            AgreementSignature.objects.filter(agreement=agreement).delete()
            agreement.delete()
        for page in AssetPage.objects.filter(slug=self.mark):
            page.delete()
