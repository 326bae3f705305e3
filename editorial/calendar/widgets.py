"""Check boxes of the calendar's filters, drawn in Python: by Django's templates they took 12 ms a screen."""

from django.forms import CheckboxSelectMultiple
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString

from editorial.markup import filled, joined


class Checks(CheckboxSelectMultiple):
    """As Django draws it, but faster."""

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        context = self.get_context(name, value, attrs)["widget"]
        options = joined(self._option(option) for _group, found, _n in context["optgroups"] for option in found)
        about = {key: value for key, value in context["attrs"].items() if key in ("id", "class")}
        return format_html("<div{}>{}</div>", flatatt(about), options)

    @staticmethod
    def _option(option: dict) -> SafeString:
        box = filled(
            '<input type="checkbox" name="{}" value="{}"{}>', option["name"], option["value"], flatatt(option["attrs"])
        )
        for_ = filled(' for="{}"', option["attrs"]["id"]) if option["attrs"].get("id") else ""
        return filled("<div><label{}>{} {}</label></div>", for_, box, option["label"])
