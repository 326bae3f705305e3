"""What the template editor shows beside Wagtail's own fields."""

from wagtail.admin.panels import HelpPanel

from nurture.mail.merge import NAMES


class MergeNamesPanel(HelpPanel):
    """The values that a template may use, with what each means."""

    def __init__(self, **kwargs):
        super().__init__(**{"template": "nurture/mail/merge_names.html", **kwargs})

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context=None):
            return super().get_context_data(parent_context) | {"names": list(NAMES.items())}
