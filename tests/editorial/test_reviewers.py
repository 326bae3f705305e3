"""An entry follows its page through Wagtail's own workflow, as the editor's buttons start it."""

import pytest
from wagtail.models import GroupApprovalTask, Workflow, WorkflowTask

from cms.models import AssetPage
from editorial import schedule
from editorial.models import Entry

pytestmark = pytest.mark.db

Step = Entry.Step


@pytest.fixture
def workflow(db):
    """Two tasks, one after the other."""
    made = Workflow.objects.create(name="Two look at it")
    for order in range(2):
        task = GroupApprovalTask.objects.create(name=f"Look {order}")
        WorkflowTask.objects.create(workflow=made, task=task, sort_order=order)
    return made


@pytest.fixture
def drafting(make_entry, editor, home):
    """An entry whose page is being written."""
    entry = make_entry()
    schedule.start_draft(entry, editor)
    return entry


def step(entry):
    entry.refresh_from_db()
    return entry.step


def sent(entry, workflow, editor):
    return workflow.start(AssetPage.objects.get(pk=entry.page_id), editor)


def test_a_page_that_is_sent_to_reviewers_takes_its_entry_there(drafting, workflow, editor):
    sent(drafting, workflow, editor)
    assert step(drafting) == Step.REVIEW


def test_what_comes_back_is_drafted_again_and_reviewed_when_it_is_sent_anew(drafting, workflow, editor, marketer):
    state = sent(drafting, workflow, editor)
    state.current_task_state.reject(user=marketer, comment="The number is missing")
    assert step(drafting) == Step.DRAFTING
    state.refresh_from_db()
    state.resume(editor)
    assert step(drafting) == Step.REVIEW


def test_a_cancelled_review_is_drafting_again(drafting, workflow, editor):
    sent(drafting, workflow, editor).cancel(user=editor)
    assert step(drafting) == Step.DRAFTING


def test_the_last_approval_publishes_and_fulfils(drafting, workflow, editor, marketer):
    state = sent(drafting, workflow, editor)
    for _task in range(2):
        assert step(drafting) == Step.REVIEW
        state.current_task_state.approve(user=marketer)
        state.refresh_from_db()
    assert step(drafting) == Step.PUBLISHED


def test_a_page_that_is_no_asset_moves_no_entry(drafting, workflow, editor, home):
    home.save_revision()
    workflow.start(home, editor)
    assert step(drafting) == Step.DRAFTING


def test_what_waits_for_approval_stands_above_the_map(client, drafting, workflow, editor, admin_user, stage, persona):
    sent(drafting, workflow, editor)
    client.force_login(admin_user)
    html = client.get("/admin/").content.decode()
    assert 0 < html.index("Awaiting your review") < html.index('class="nr-map"')
