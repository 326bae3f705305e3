"""Where a person says, in their own account, whether they are reminded of their steps."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab
from wagtail.admin.widgets import SwitchInput

from cms import policy
from editorial.models import StepReminder


class StepReminderForm(forms.ModelForm):
    class Meta:
        model = StepReminder
        fields = ["wanted"]
        widgets = {"wanted": SwitchInput}


class StepReminderPanel(BaseSettingsPanel):
    """Beside Wagtail's own notifications; for those whom a step may be given to."""

    name = "steps"
    title = _("Steps and pieces")
    tab = notifications_tab
    order = 150
    form_class = StepReminderForm

    def is_active(self):
        return policy.may(self.user, "calendar.view")

    def get_form(self):
        """Of the row that exists, or of one that saving makes."""
        kept = StepReminder.objects.filter(user=self.user).first() or StepReminder(user=self.user)
        data = self.request.POST if self.request.method == "POST" else None
        return self.form_class(data, instance=kept, prefix=self.name)
