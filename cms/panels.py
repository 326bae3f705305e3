"""Panels of the editor that show what is not the page's own."""

from wagtail.admin.panels import Panel


class SalesSaysPanel(Panel):
    """What sales says of the piece: its stage, and the agreements under which it is a signal. Nothing to fill in."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms/admin/says.html"

        def is_shown(self):
            """Of a piece that has been saved."""
            return bool(self.instance.pk)

        def get_context_data(self, parent_context=None):
            """With the piece."""
            return super().get_context_data(parent_context) | {"piece": self.instance}


class GatePanel(Panel):
    """What becomes of the files of a piece as it is saved: open, or behind which gate. Nothing to fill in."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms/admin/gate_panel.html"

        def is_shown(self):
            """Of a gated piece that has been saved."""
            return bool(self.instance.pk) and self.instance.audience == "gated"

        def get_context_data(self, parent_context=None):
            """With the piece."""
            return super().get_context_data(parent_context) | {"piece": self.instance}
