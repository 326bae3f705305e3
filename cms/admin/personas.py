"""A persona's page, and the notes of interviews that stand on it."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.widgets import AdminDateInput
from wagtail.log_actions import log

from cms import personas, policy
from cms.models import Persona, PersonaNote
from cms.surveys.results import ENOUGH


class NoteForm(forms.ModelForm):
    """An interview: with whom, when, by whom, what was said, and whether it may be quoted."""

    class Meta:
        model = PersonaNote
        fields = ("who", "held_on", "held_by", "notes", "leave")
        widgets = {"held_on": AdminDateInput, "notes": forms.Textarea(attrs={"rows": 10}), "leave": forms.RadioSelect}


@policy.require("persona.view")
def page(request, pk: int):
    """All evidence of one persona."""
    persona = get_object_or_404(Persona, pk=pk)
    stands = personas.standing(persona)
    context = {
        "persona": persona,
        "standing": stands,
        "surveys": personas.surveys(persona),
        "polls": personas.polls(persona),
        "interviews": personas.interviews(persona),
        "reading": personas.reading(persona),
        "pieces": personas.pieces(persona),
        "supply": personas.supply(persona),
        "enough": ENOUGH,
        "may_note": policy.may(request.user, "persona.note"),
        "may_edit": request.user.has_perm("cms.change_persona"),
        "may_read_answers": policy.may(request.user, "survey.results"),
    }
    return TemplateResponse(request, "cms/admin/persona.html", _frame(request, persona.name) | context)


@policy.require("persona.note")
def add_note(request, pk: int):
    """Write down an interview."""
    persona = get_object_or_404(Persona, pk=pk)
    return _note(request, persona, PersonaNote(persona=persona, held_by=request.user), "persona_note.added")


@policy.require("persona.note")
def edit_note(request, pk: int, note: int):
    """Put one right."""
    found = get_object_or_404(PersonaNote.objects.select_related("persona"), pk=note, persona=pk)
    return _note(request, found.persona, found, "persona_note.edited")


@policy.require("persona.note")
@require_POST
def delete_note(request, pk: int, note: int):
    """Take one away, as who was asked may want."""
    found = get_object_or_404(PersonaNote.objects.select_related("persona"), pk=note, persona=pk)
    log(found.persona, "persona_note.deleted", user=request.user)
    found.delete()
    messages.success(request, _("The interview is deleted."))
    return redirect("personas:page", pk)


def _note(request, persona: Persona, note: PersonaNote, action: str):
    form = NoteForm(request.POST or None, instance=note)
    if request.method == "POST" and form.is_valid():
        form.save()
        log(persona, action, user=request.user)
        messages.success(request, _("Kept. It stands on the page of the persona."))
        return redirect("personas:page", persona.pk)
    title = _("An interview") if note.pk is None else note.who
    trail = {"url": reverse("personas:page", args=[persona.pk]), "label": persona.name}
    context = {"form": form, "persona": persona, "note": note}
    return TemplateResponse(request, "cms/admin/persona_note.html", _frame(request, title, trail) | context)


def _frame(request, title: str, *trail: dict) -> dict:
    may_list = request.user.has_perm("cms.view_persona")
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        *([{"url": reverse("personas:index"), "label": _("Personas")}] if may_list else []),
        *trail,
        {"url": "", "label": title},
    ]
    return {"page_title": title, "header_title": title, "header_icon": "group", "breadcrumbs_items": crumbs}
