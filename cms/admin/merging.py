"""Merging a topic into another: what it is given to, which one stays, and a button that says what will happen."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import policy, topics
from cms.models import Topic


class MergeForm(forms.Form):
    """Which topic stays."""

    into = forms.ModelChoiceField(
        Topic.objects.none(),
        label=gettext_lazy("Merge it into"),
        error_messages={"required": gettext_lazy("Choose the topic that stays.")},
    )

    def __init__(self, topic: Topic, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = Topic.objects.exclude(pk=topic.pk)


@policy.require("topic.merge")
def merge(request, pk: int):
    """The question (GET), and the merging (POST)."""
    topic = get_object_or_404(Topic, pk=pk)
    form = MergeForm(topic, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        into = form.cleaned_data["into"]
        name = topic.name
        topics.merge(topic, into, request.user)
        words = _("“%(topic)s” is part of “%(into)s” now. Its address leads there.")
        messages.success(request, words % {"topic": name, "into": into.name})
        return redirect("topics:index")
    title = _("Merge “%(topic)s”") % {"topic": topic.name}
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("topics:index"), "label": _("Topics")},
        {"url": "", "label": title},
    ]
    frame = {"page_title": title, "header_title": title, "header_icon": "tag", "breadcrumbs_items": crumbs}
    context = frame | {"form": form, "topic": topic, "uses": topics.uses(topic)}
    return TemplateResponse(request, "cms/admin/merge.html", context, status=422 if form.errors else 200)
