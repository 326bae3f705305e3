"""What the newsroom hears from the library: a page went live, waits, came back or is gone; its entry follows.

Publication and workflow signals, never edit hooks: those run on every autosave.
"""

from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from django.dispatch import receiver
from wagtail.models import Page, Revision, WorkflowState
from wagtail.signals import (
    page_published,
    page_unpublished,
    task_submitted,
    workflow_cancelled,
    workflow_rejected,
)

from cms.models import AssetPage, AssetTopic, BuyingStage, Persona, SalesFeedback, Topic
from editorial import coverage_kept, schedule
from editorial.models import CoverageLevels, Entry

# What is kept with the coverage map depends on this of a page and of an entry; autosaves change none of it.
COUNTED = {
    AssetPage: {
        "live", "primary_stage", "for_all_personas", "format", "audience", "review_by", "first_published_at", "title",
    },
    Entry: {"title", "step", "stage", "format", "page", "review_on", "due_on"},
}  # fmt: skip
SETS = (AssetPage.personas.through, Entry.personas.through, Entry.topics.through)


@receiver(page_published, sender=AssetPage)
def follow_publication(instance, **kwargs):
    """Also sent when a page is only approved for later: then it is not live yet."""
    if instance.live:
        schedule.fulfil(instance)
    elif instance.go_live_at:
        schedule.await_date(instance)


@receiver(post_save, sender=Revision)
def follow_unscheduling(instance, update_fields=None, **kwargs):
    """Wagtail has no signal for it; autosaves save whole revisions and pass by."""
    if update_fields and "approved_go_live_at" in update_fields and instance.approved_go_live_at is None:
        page = instance.content_object
        if isinstance(page, AssetPage):
            schedule.unschedule(page)


@receiver(page_unpublished, sender=AssetPage)
def follow_withdrawal(instance, **kwargs):
    schedule.take_back(instance)


@receiver(pre_delete, sender=AssetPage)
def follow_deletion(instance, **kwargs):
    schedule.lose_page(instance)


# What a workflow is about comes as a bare `Page`, never as an asset; a piece that is not one has no entry.


@receiver(task_submitted)
def follow_submission(instance, **kwargs):
    """Sent for each task, also when the page comes back after changes: then the workflow goes on, and is not begun."""
    if isinstance(page := instance.workflow_state.content_object, Page):
        schedule.submit(page)


@receiver((workflow_rejected, workflow_cancelled), sender=WorkflowState)
def follow_rejection(instance, **kwargs):
    if isinstance(page := instance.content_object, Page):
        schedule.reject(page)


def count_again(sender, update_fields=None, **kwargs):
    """Something that the coverage map counts was saved or deleted."""
    if update_fields is None or sender not in COUNTED or COUNTED[sender] & set(update_fields):
        coverage_kept.mark()


for model in (AssetPage, Entry, AssetTopic, BuyingStage, Persona, Topic, CoverageLevels, SalesFeedback):
    post_save.connect(count_again, sender=model)
    post_delete.connect(count_again, sender=model)
for through in SETS:
    m2m_changed.connect(count_again, sender=through)
