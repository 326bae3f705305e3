"""`{% subscribe_form %}`: the form at the foot of every public page."""

from django import template

from cms.models import Topic
from nurture.subscriptions import asking
from nurture.subscriptions.models import Subscription

register = template.Library()


@register.inclusion_tag("nurture/subscriptions/footer.html", takes_context=True)
def subscribe_form(context):
    """Address, cadence and topics; nothing where the page is that form itself. One query."""
    if context.get("own_form"):
        return {}
    return {
        "token": asking.sign(),
        "topics": Topic.objects.values_list("pk", "name"),
        "cadences": Subscription.Cadence.choices,
        "cadence": Subscription.Cadence.WEEKLY.value,
    }
