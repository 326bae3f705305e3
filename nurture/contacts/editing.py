"""Screens that change people and companies. Each change is a fact with its time, and a line in the audit log."""

from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.log_actions import log

from cms import clock, policy
from nurture.contacts import engagements, facts, people, stages
from nurture.contacts.forms import AccountForm, ContactForm, StageForm
from nurture.contacts.models import Account, Contact
from nurture.contacts.screens import Screen


class FormScreen(Screen):
    """A form on a page of its own: GET shows it, POST saves and leads to the object's page."""

    template_name = "nurture/contacts/form.html"
    page_url_name: str
    submit_label = gettext_lazy("Save")

    @cached_property
    def object(self):
        """What is edited; None when it is added."""
        return None

    def get(self, request, **kwargs):
        """The form."""
        return self.render_to_response(self.get_context_data(form=self.make_form()))

    def post(self, request, **kwargs):
        """Save; or the form again with what is wrong, where, and how to mend it."""
        form = self.make_form(request.POST)
        if not form.is_valid():
            messages.validation_error(request, _("Nothing was saved: look at the marked fields."), form)
            return self.render_to_response(self.get_context_data(form=form), status=422)
        with transaction.atomic():
            saved, message = self.save(form)
        messages.success(request, message)
        return HttpResponseRedirect(reverse(self.page_url_name, args=[saved.pk]))

    def get_breadcrumbs_items(self):
        """Home, the list, the object itself, this form."""
        *above, here = super().get_breadcrumbs_items()
        if self.object:
            above.append({"url": reverse(self.page_url_name, args=[self.object.pk]), "label": str(self.object)})
        return [*above, here]

    def get_context_data(self, **kwargs):
        """What Wagtail's form page needs."""
        return super().get_context_data(
            submit_button_label=self.submit_label,
            submit_button_active_label=_("Saving…"),
            media=kwargs["form"].media,
            **kwargs,
        )


class AddFact(FormScreen):
    """Add a contact or an account."""

    def make_form(self, data=None):
        """An empty form, or a filled one."""
        return self.form_class(data, user=self.request.user)

    def save(self, form):
        """The new row, with its line in the audit log."""
        saved = form.save()
        log(instance=saved, action=self.audit_action, user=self.request.user)
        return saved, _("%s was added.") % saved


class EditFact(FormScreen):
    """Edit a contact or an account."""

    def make_form(self, data=None):
        """A form over a copy: the row itself is changed by `facts.change` alone."""
        return self.form_class(data, instance=self.queryset().get(pk=self.object.pk), user=self.request.user)

    def save(self, form):
        """One FieldChange a changed field, one line in the audit log."""
        changes = facts.change(self.object, form.facts(), f"admin:{self.request.user.pk}")
        if not changes:
            return self.object, _("Nothing was different.")
        fields = [change.field for change in changes]
        if "internal" in fields:
            engagements.recount(self.object)
        log(instance=self.object, action=self.audit_action, user=self.request.user, data={"fields": fields})
        return self.object, _("%s was saved.") % self.object

    def get_page_title(self):
        """Whom or what is edited."""
        return _("Edit %s") % self.object


class ContactScreen:
    """What adding and editing a contact share."""

    right, form_class, page_url_name = "contact.change", ContactForm, "nurture:contact"
    trail, header_icon = ((gettext_lazy("Contacts"), "nurture:contacts"),), ""
    queryset = staticmethod(people.listed)


class AddContact(ContactScreen, AddFact):
    """A new person."""

    page_title, audit_action = gettext_lazy("Add a contact"), "nurture.contact_added"


class EditContact(ContactScreen, EditFact):
    """A known person."""

    audit_action = "nurture.contact_changed"

    @cached_property
    def object(self):
        """One of those this user may change."""
        return policy.get_visible(self.request.user, self.right, people.listed(), pk=self.kwargs["pk"])


class AccountScreen:
    """What adding and editing an account share."""

    right, form_class, page_url_name = "account.change", AccountForm, "nurture:account"
    trail, header_icon = ((gettext_lazy("Accounts"), "nurture:accounts"),), ""
    queryset = Account.objects.all


class AddAccount(AccountScreen, AddFact):
    """A new company."""

    page_title, audit_action = gettext_lazy("Add an account"), "nurture.account_added"


class EditAccount(AccountScreen, EditFact):
    """A known company."""

    audit_action = "nurture.account_changed"

    @cached_property
    def object(self):
        """One of those this user may change."""
        return policy.get_visible(self.request.user, self.right, Account.objects.all(), pk=self.kwargs["pk"])


class MoveStage(ContactScreen, FormScreen):
    """Move somebody by hand, with the reason."""

    template_name = "nurture/contacts/stage_form.html"
    submit_label = gettext_lazy("Move")

    @cached_property
    def object(self):
        """Locked while it is moved, so that a rule and a person do not pass each other unseen."""
        contacts = people.listed()
        if self.request.method == "POST":
            contacts = Contact.objects.filter(synthetic=False, erased_at=None)
        return policy.get_visible(self.request.user, self.right, contacts, pk=self.kwargs["pk"])

    def get_page_title(self):
        """Who is moved."""
        return _("Move %s to another stage") % self.object

    def make_form(self, data=None):
        """Remembers the stage that the person saw."""
        return StageForm(data, contact=self.object)

    def save(self, form):
        """The change is a StageChange with its reason, and a line in the audit log."""
        stage, reason, user = form.cleaned_data["stage"], form.cleaned_data["reason"], self.request.user
        stages.move(self.object, stage, reason=reason, at=clock.now(), user=user)
        log(instance=self.object, action="nurture.stage_moved", user=user, data={"to": stage.slug, "reason": reason})
        return self.object, _("%(who)s is now at %(stage)s.") % {"who": self.object, "stage": stage}
