"""What was used is kept: decisions and mails explain themselves by the version they came from."""

from django.db import transaction
from django.db.models import ProtectedError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.snippets.views.snippets import DeleteView


class KeptOnceUsed(DeleteView):
    """Deletes what was never used; says of the rest why it stays and what to do instead."""

    def form_valid(self, form):
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except ProtectedError:
            said = _("“%s” was used, and what it did is explained by it, so it stays. Unpublish it to end its use.")
            messages.error(self.request, said % self.object)
            return redirect(self.get_success_url())
