"""What a rule can do with mail. Registered when the app starts (`nurture/apps.py`)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.snippets.blocks import SnippetChooserBlock

from cms import library
from cms.models import AssetPage
from nurture.contacts import people
from nurture.contacts.models import Contact, Exposure
from nurture.mail import asking, messages, queue
from nurture.mail.merge import SourceError
from nurture.mail.messages import NotPublished
from nurture.mail.models import Delivery, EmailTemplate
from nurture.registry import ActionError, register

NEXT, PAGE = "next", "page"
RECENT_READS = 5  # whose topics count for what comes next


class SendMailBlock(blocks.StructBlock):
    """Which mail, about which piece."""

    template = SnippetChooserBlock("nurture.EmailTemplate", label=_("Mail template"))
    piece = blocks.ChoiceBlock(
        choices=[(NEXT, _("The next piece for this contact")), (PAGE, _("This piece:"))],
        default=NEXT,
        label=_("About"),
        help_text=_("The next piece fits their stage, persona and topics; they have neither read nor been sent it."),
    )
    page = blocks.PageChooserBlock("cms.AssetPage", required=False, label=_("Piece"))

    class Meta:
        icon = "mail"

    def clean(self, value):
        cleaned = super().clean(value)
        if cleaned["piece"] == PAGE and not cleaned["page"]:
            raise StructBlockValidationError({"page": ValidationError(_("Choose the piece to send."))})
        return cleaned


@register("action")
class SendMail:
    """Send the contact a nurture mail."""

    key, label, block, outward = "send_mail", _("Send a mail"), SendMailBlock, True

    @staticmethod
    def sentence(params) -> str:
        """Plain words, from a block's value or from stored parameters."""
        template = _template(params.get("template"))
        name = template.name if template else _g("a template that is gone")
        if params.get("piece") == PAGE:
            page = _page(params.get("page"))
            about = _g("“%s”") % page.title if page else _g("a piece that is gone")
        else:
            about = _g("the next piece for them")
        return _g("send them the mail “%(mail)s” with %(piece)s") % {"mail": name, "piece": about}

    @staticmethod
    def perform(run) -> str:
        """Queue the mail in the caller's transaction; the outcome in words. Raises ActionError when it cannot ever."""
        template = _template(run.params.get("template"))
        if template is None:
            raise ActionError(_g("The mail template was deleted; edit the rule."), permanent=True)
        asset = _asset(run)
        if asset is None:
            return _g("Nothing sent: there is no piece left that they have not read or been sent.")
        try:
            if asking.asks(messages.message_of(template), "survey.url"):
                why = _g("This mail asks to answer a survey. Send it from the survey's page, and choose another here.")
                raise ActionError(why, permanent=True)
            delivery = queue.enqueue(run.contact, template, occasion=f"rule:{run.pk}", asset=asset)
        except (NotPublished, SourceError) as error:
            raise ActionError(str(error), permanent=True) from error
        words = {"mail": template.name, "piece": asset.title}
        if delivery is None:
            return _g("Already queued: “%(mail)s” with “%(piece)s”.") % words
        if delivery.state == Delivery.State.SUPPRESSED:
            return _g("Not sent: this address asked for no mail or cannot get any.")
        return _g("Queued “%(mail)s” with “%(piece)s”.") % words


def next_piece(contact: Contact, exclude_id: int | None = None) -> AssetPage | None:
    """The best piece that this contact has neither read nor been sent; None when there is none left."""
    seen = people.read_assets(contact) | set(
        Exposure.objects.filter(contact=contact).values_list("asset_id", flat=True)
    )
    recent = people.reading().filter(contact=contact).values_list("topics", flat=True)[:RECENT_READS]
    topics = list(dict.fromkeys(topic for topics in recent for topic in topics))
    best = library.next_read(
        stage_id=contact.stage_id,
        persona_id=contact.persona_id,
        topic_ids=topics,
        read_ids=seen,
        exclude_id=exclude_id,
        limit=1,
    )
    return best[0] if best and best[0].pk not in seen else None


def _asset(run) -> AssetPage | None:
    if run.params.get("piece") != PAGE:
        return next_piece(run.contact, run.cause.get("asset_id"))
    page = _page(run.params.get("page"))
    if page is None or not page.live:
        raise ActionError(_g("The piece to send was deleted or taken offline; edit the rule."), permanent=True)
    return page


def _template(value) -> EmailTemplate | None:
    """`value` is the template (a block's value) or its id (stored parameters)."""
    if value is None or isinstance(value, EmailTemplate):
        return value
    return EmailTemplate.objects.select_related("live_revision").filter(pk=value).first()


def _page(value) -> AssetPage | None:
    if value is None:
        return None
    return AssetPage.objects.filter(pk=getattr(value, "pk", value)).first()
