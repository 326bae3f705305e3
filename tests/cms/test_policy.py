"""One table of rights: refused by default, and Django's own permissions are made to agree with it."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import Q
from django.http import Http404, HttpResponse

from cms import clock, policy
from cms.models import AssetPage, HomePage, Job

pytestmark = pytest.mark.db


@pytest.fixture
def table(monkeypatch):
    """An empty table in place of the real one."""
    monkeypatch.setattr(policy, "_table", policy._Table())


def test_right_that_nobody_declared_is_a_programming_error(table, make_user):
    with pytest.raises(KeyError):
        policy.may(make_user("x"), "thing.see")


def test_own_without_whose_unknown_group_and_double_key_are_refused(table):
    with pytest.raises(ValueError, match="does not say whose"):
        policy.declare("thing.see", own=(policy.EDITOR,))
    with pytest.raises(ValueError, match="unknown groups: \\['Boss'\\]"):
        policy.declare("thing.see", all=("Boss",))
    policy.declare("thing.see")
    with pytest.raises(ValueError, match="declared twice"):
        policy.declare("thing.see")


def test_group_that_is_not_named_has_nothing_and_admin_has_all(table, make_user):
    policy.declare("thing.see", all=(policy.EDITOR,), own=(policy.SERVICE,), whose=lambda user: Q(pk=user.pk))
    scopes = {name: policy.scope(make_user(f"u{n}", name), "thing.see") for n, name in enumerate(policy.GROUPS)}
    assert scopes == {
        policy.EDITOR: policy.ALL,
        policy.MARKETER: None,
        policy.SALESPERSON: None,
        policy.SALES_MANAGER: None,
        policy.SERVICE: policy.OWN,
        policy.ANALYST: None,
        policy.ADMIN: policy.ALL,
    }


def test_two_groups_add_up_superuser_has_all_inactive_and_anonymous_nothing(table, make_user):
    policy.declare("thing.see", all=(policy.EDITOR,), own=(policy.SERVICE,), whose=lambda user: Q(pk=user.pk))
    assert policy.scope(make_user("both", policy.EDITOR, policy.SERVICE), "thing.see") == policy.ALL
    assert policy.scope(make_user("root", is_superuser=True), "thing.see") == policy.ALL
    assert policy.scope(make_user("gone", policy.EDITOR, is_active=False), "thing.see") is None
    assert policy.scope(AnonymousUser(), "thing.see") is None


def test_every_declared_right_is_with_the_admins():
    rights = policy.rights()
    assert rights != {}
    assert {key for key, right in rights.items() if right.scopes.get(policy.ADMIN) != policy.ALL} == set()


def test_owner_colleague_stranger_and_admin_on_real_rows(owner, colleague, stranger, admin):
    mine, theirs = (
        Job.objects.create(kind="x", title=user.username, created_by=user, created_at=clock.now())
        for user in (owner, colleague)
    )

    def seen(user):
        return set(policy.visible(user, "job.view", Job.objects.all()))

    assert (seen(owner), seen(colleague), seen(stranger), seen(admin)) == ({mine}, {theirs}, set(), {mine, theirs})
    assert policy.get_visible(owner, "job.view", Job.objects.all(), pk=mine.pk) == mine
    for missing in (theirs.pk, theirs.pk + 99):
        with pytest.raises(Http404):
            policy.get_visible(owner, "job.view", Job.objects.all(), pk=missing)


def test_guard_sends_anonymous_to_log_in_and_refuses_staff_without_the_right(rf, owner, stranger):
    view = policy.require("job.view")(lambda request: HttpResponse("in"))

    def ask(user):
        request = rf.get("/admin/x/")
        request.user = user
        return view(request)

    assert ask(owner).content == b"in"
    assert ask(AnonymousUser()).status_code == 302
    with pytest.raises(policy.PermissionDenied):
        ask(stranger)
    assert view.right == "job.view"


@pytest.mark.django_db
def test_groups_hold_exactly_the_model_permissions_of_the_table():
    ours = ("cms", "tracking", "editorial", "nurture")
    for name in policy.GROUPS:
        wanted = {
            f"{label.split('.')[0]}.{action}_{label.split('.')[1]}"
            for label, actions in policy._table.models.items()
            for action, names in actions.items()
            if name in names
        }
        held = Group.objects.get(name=name).permissions.filter(content_type__app_label__in=ours)
        assert {f"{p.content_type.app_label}.{p.codename}" for p in held.select_related("content_type")} == wanted


@pytest.mark.django_db
def test_permission_given_by_hand_against_the_table_goes_and_others_stay():
    group = Group.objects.get(name=policy.SALESPERSON)
    against = Permission.objects.get(codename="change_topic", content_type__app_label="cms")
    besides = Permission.objects.get(codename="view_redirect")
    group.permissions.add(against, besides)
    policy.grant_model_permissions()
    held = set(group.permissions.all())
    assert (against in held, besides in held) == (False, True)


@pytest.mark.django_db
def test_everybody_with_a_group_can_enter_the_admin():
    for name in policy.GROUPS:
        assert Group.objects.get(name=name).permissions.filter(codename="access_admin").exists()


def test_a_piece_that_an_editor_submits_waits_for_who_may_publish(editor, marketer):
    piece = HomePage.objects.get().add_child(instance=AssetPage(title="Submitted", live=False, owner=editor))
    piece.save_revision(user=editor)
    state = piece.get_workflow().start(piece, editor)
    task, acting = state.current_task_state, state.current_task_state.task.specific
    assert acting.get_actions(piece, editor) == []
    assert "approve" in {name for name, *_ in acting.get_actions(piece, marketer)}
    task.approve(user=marketer)
    piece.refresh_from_db()
    assert (piece.live, state.workflow.name) == (True, "Marketing approves")
