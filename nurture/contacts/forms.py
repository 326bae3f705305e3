"""Forms for people and companies. What they say about a mistake tells how to mend it."""

import re
import zoneinfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import policy
from cms.models import BuyingStage, User
from nurture.contacts import domains
from nurture.contacts.models import Account, Contact
from tracking import consent

DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
PHONE = re.compile(r"[+0-9][0-9 ()./-]{3,39}(\s?(x|ext\.?)\s?[0-9]{1,6})?")


class FactsForm(forms.ModelForm):
    """A form whose valid values are given to `facts.change`; it never saves an existing row itself."""

    groups: tuple = ()

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def fieldsets(self):
        """(heading, fields) pairs for the template."""
        return [(heading, [self[name] for name in names]) for heading, names in self.groups]

    def clean_country(self):
        """Two letters, as ISO 3166 has them."""
        country = self.cleaned_data["country"].strip().upper()
        if country and not re.fullmatch("[A-Z]{2}", country):
            raise ValidationError(_("Write the country as its two letters, for example PT or DE."))
        return country

    def facts(self):
        """The values to give to `facts.change`."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ContactForm(FactsForm):
    """A person. A salesperson may only put them into an account of their own."""

    groups = (
        (gettext_lazy("Who"), ("first_name", "last_name", "email", "phone")),
        (gettext_lazy("At work"), ("account", "job_title", "contact_class", "persona")),
        (gettext_lazy("Where"), ("street", "postal_code", "city", "region", "country", "time_zone")),
        (gettext_lazy("Not a reader"), ("internal",)),
    )

    class Meta:
        model = Contact
        fields = [
            *("first_name", "last_name", "email", "phone", "account", "job_title", "contact_class", "persona"),
            *("street", "postal_code", "city", "region", "country", "time_zone", "internal"),
        ]
        error_messages = {
            "email": {
                "required": gettext_lazy("A contact needs a mail address: it is how we recognise them."),
                "invalid": gettext_lazy("This is no mail address. Write it like ines@example.com."),
            }
        }
        labels = {"email": gettext_lazy("Mail address"), "contact_class": gettext_lazy("Part in buying")}
        help_texts = {"time_zone": gettext_lazy("For example Europe/Lisbon. Mail is sent in their daytime.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = policy.visible(self.user, "account.view", Account.objects.all())
        if policy.scope(self.user, "contact.change") == policy.OWN:
            self.fields["account"].required = True
            self.fields["account"].error_messages["required"] = _("Choose one of your accounts.")

    def clean_email(self):
        """Normalised, and nobody else's. Whose it is, is told only to those who may see them."""
        email = consent.normalise(self.cleaned_data["email"])
        others = Contact.objects.filter(email__iexact=email).exclude(pk=self.instance.pk)
        if others.exists():
            seen = policy.visible(self.user, "contact.view", others).first()
            name = f": {seen}" if seen and str(seen) != email else ""
            raise ValidationError(
                _("There is a contact with this mail address already%(name)s. One address is one person."),
                params={"name": name},
            )
        return email

    def clean(self):
        """Without an account named by hand, a new contact belongs to the one with the domain of their address."""
        cleaned = super().clean()
        if self.instance.pk is None and cleaned.get("email") and not cleaned.get("account"):
            found = domains.account_of(cleaned["email"])
            if found and self.fields["account"].queryset.filter(pk=found.pk).exists():
                cleaned["account"] = found
        return cleaned

    def clean_phone(self):
        """Something that can be dialled."""
        phone = self.cleaned_data["phone"].strip()
        if phone and not PHONE.fullmatch(phone):
            raise ValidationError(_("Write the number as it is dialled, for example +351 21 000 0000."))
        return phone

    def clean_time_zone(self):
        """A zone that the clock knows."""
        zone = self.cleaned_data["time_zone"].strip()
        if zone and zone not in zoneinfo.available_timezones():
            raise ValidationError(
                _("‘%(zone)s’ is no time zone. Write it as Region/City, for example Europe/Lisbon."),
                params={"zone": zone},
            )
        return zone


class AccountForm(FactsForm):
    """A company."""

    groups = (
        (gettext_lazy("Which company"), ("name", "domain", "kind", "owner")),
        (gettext_lazy("About it"), ("industry", "size", "city", "country")),
    )

    class Meta:
        model = Account
        fields = ["name", "domain", "kind", "owner", "industry", "size", "city", "country"]
        error_messages = {"name": {"required": gettext_lazy("An account needs a name.")}}
        help_texts = {
            "domain": gettext_lazy("What stands after the @ in their mail addresses, for example example.com."),
            "owner": gettext_lazy("The salesperson who sees this account and is alerted. None: the team queue."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        sellers = User.objects.filter(groups__name__in=(policy.SALESPERSON, policy.SALES_MANAGER), is_active=True)
        current = User.objects.filter(pk=self.instance.owner_id)
        self.fields["owner"].queryset = (sellers | current).distinct().order_by("first_name", "last_name", "username")

    def clean_domain(self):
        """Lower case, in its ASCII form, and no other account's."""
        domain = self.cleaned_data["domain"].strip().lower().rstrip(".")
        if not domain:
            return ""
        if "/" in domain or "@" in domain:
            raise ValidationError(
                _("Only the domain, without https:// and without @: for example example.com."), code="invalid"
            )
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            domain = ""
        if not DOMAIN.fullmatch(domain):
            raise ValidationError(_("This is no domain. Write it like example.com."), code="invalid")
        if domains.is_free(domain):
            raise ValidationError(
                _("Everybody gets a mailbox at %(domain)s, so it tells no company.") % {"domain": domain}
            )
        other = Account.objects.filter(domain__iexact=domain).exclude(pk=self.instance.pk).first()
        if other:
            raise ValidationError(_("%(other)s has this domain already."), params={"other": other}, code="unique")
        return domain


class StageForm(forms.Form):
    """Move a contact by hand, with the reason. Carries the stage that the person saw."""

    stage = forms.ModelChoiceField(
        BuyingStage.objects.all(),
        label=gettext_lazy("Move to"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the stage.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text=gettext_lazy("Stands on the timeline: what did they say or do?"),
        error_messages={"required": gettext_lazy("Say why, in a few words: colleagues will read it.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, contact, **kwargs):
        self.contact = contact
        super().__init__(*args, initial={"seen": contact.stage_id or "", "stage": contact.stage_id}, **kwargs)

    def clean(self):
        """Somebody, or a rule, may have moved them since the form was opened."""
        seen = self.cleaned_data.get("seen")
        if seen != str(self.contact.stage_id or ""):
            self.data = self.data.copy()
            self.data["seen"] = str(self.contact.stage_id or "")
            raise ValidationError(
                _("Meanwhile they were moved to %(stage)s. Look at the timeline, then send this again if it stands."),
                params={"stage": self.contact.stage or _("no stage")},
            )
        if self.cleaned_data.get("stage") == self.contact.stage:
            self.add_error("stage", _("They are at this stage already."))
        return self.cleaned_data
