"""An author who logs in hears of comments under what they signed and answers them, whatever else they do here."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock
from cms.feedback import comments
from cms.feedback.models import Comment
from cms.models import Author

pytestmark = [pytest.mark.django_db, pytest.mark.db]
State = Comment.State
MINE = reverse("comments:mine")


@pytest.fixture
def author(owner):
    """The profile of a salesperson."""
    return Author.objects.create(slug="ines", name="Ines Carrow", user=owner)


@pytest.fixture
def piece(make_piece, author, editor):
    return make_piece("A piece", author=author, owner=editor)


@pytest.fixture
def make_comment(piece):
    def make(state=State.WAITING, asset=piece, **fields):
        values = {"name": "Ada", "email": "ada@b.example", "text": "I saw this, too.", "confirmed_at": clock.now()}
        values |= {"asset": asset, "state": state, "key": uuid4(), "posted_at": clock.now()}
        return Comment.objects.create(**values | fields)

    return make


def answer(client, comment, text):
    return client.post(reverse("comments:answer", args=[comment.pk]), {"answer": text})


def test_who_signed_and_who_owns_the_piece_hear_of_it_once_each(make_comment, piece, author, owner, editor, mailoutbox):
    comments.confirm(make_comment(State.UNCONFIRMED), {})
    assert {mail.to[0]: MINE in mail.body for mail in mailoutbox} == {owner.email: True, editor.email: False}
    mailoutbox.clear()
    author.user = editor
    author.save()
    comments.confirm(make_comment(State.UNCONFIRMED), {})
    [mail] = mailoutbox
    assert (mail.to, reverse("comments:index") in mail.body) == ([editor.email], True)


def test_author_answers_with_their_name_and_the_reader_hears_once_it_is_shown(
    client, make_comment, owner, editor, mailoutbox
):
    comment = make_comment(wants_answer=True)
    client.force_login(owner)
    html = client.get(MINE).content.decode()
    assert "I saw this, too." in html
    assert "ada@b.example" not in html
    assert "waits for an editor" in html
    said = client.post(reverse("comments:answer", args=[comment.pk]), {"answer": "So did we."}, follow=True)
    assert "once an editor has published" in said.content.decode()
    assert mailoutbox == []
    comments.judge(comment, State.PUBLISHED, editor)
    assert [mail.to for mail in mailoutbox] == [["ada@b.example"]]
    shown = client.get("/a-piece/").content.decode()
    assert '<a href="/authors/ines/">Ines Carrow</a></span><span>who wrote this, answers' in shown
    assert ModelLogEntry.objects.filter(action="comment.answered", user=owner).count() == 1


def test_author_answers_under_nothing_else_and_publishes_nothing(client, make_comment, make_piece, owner, colleague):
    mine, other = make_comment(), make_comment(asset=make_piece("Another"))
    held = make_comment(State.HELD)
    client.force_login(owner)
    assert [answer(client, one, "x").status_code for one in (mine, other, held)] == [302, 404, 404]
    assert client.post(reverse("comments:judge", args=[mine.pk]), {"verdict": "published"}).status_code == 302
    client.force_login(colleague)
    assert answer(client, mine, "y").status_code == 404
    with pytest.raises(PermissionDenied):
        comments.answer(mine, "y", colleague)
    assert list(Comment.objects.order_by("pk").values_list("answer", "state")) == [
        ("x", "waiting"), ("", "waiting"), ("", "held"),
    ]  # fmt: skip


def test_who_is_no_author_reads_why_and_a_stranger_nothing(client, make_comment, colleague, owner, stranger):
    client.force_login(colleague)
    assert "No author profile names you" in client.get(MINE).content.decode()
    client.force_login(owner)
    assert "Nobody has commented on a piece of yours yet" in client.get(MINE).content.decode()
    client.force_login(stranger)
    assert client.get(MINE).status_code == 302


def test_answer_is_taken_back_and_get_changes_nothing(client, make_comment, owner):
    comment = make_comment(State.PUBLISHED, answer="So did we.", answered_by=owner)
    client.force_login(owner)
    assert client.get(reverse("comments:answer", args=[comment.pk])).status_code == 405
    answer(client, comment, "")
    comment.refresh_from_db()
    assert comment.answer == ""


def test_log_in_that_is_gone_leaves_the_profile_and_its_answers(client, make_comment, author, owner):
    make_comment(State.PUBLISHED, answer="So did we.", answered_by=owner)
    owner.delete()
    author.refresh_from_db()
    assert author.user is None
    assert "The editors" in client.get("/a-piece/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_with_one_and_with_three(client, make_comment, owner, rows, django_assert_num_queries):
    for _ in range(rows):
        make_comment()
    client.force_login(owner)
    client.get(MINE)
    with django_assert_num_queries(12):
        assert len(client.get(MINE).context["comments"]) == rows


def test_list_is_paged_by_key(client, make_comment, owner, monkeypatch):
    monkeypatch.setattr("cms.admin.own_comments.PAGE_SIZE", 2)
    rows = [make_comment() for _ in range(3)]
    client.force_login(owner)
    first = client.get(MINE)
    assert [one.pk for one in first.context["comments"]] == [rows[2].pk, rows[1].pk]
    older = client.get(MINE, {"before": first.context["next_key"]})
    assert [one.pk for one in older.context["comments"]] == [rows[0].pk]
    assert client.get(MINE, {"before": "nonsense"}).status_code == 200


def test_a_comment_whose_address_is_not_proven_is_published_by_nobody(client, make_comment, editor):
    comment = make_comment(State.UNCONFIRMED, confirmed_at=None)
    client.force_login(editor)
    assert client.post(reverse("comments:judge", args=[comment.pk]), {"verdict": "published"}).status_code == 404
    with pytest.raises(ValueError, match="not confirmed"):
        comments.judge(comment, State.PUBLISHED, editor)
    assert Comment.objects.get().state == State.UNCONFIRMED
