"""Readers' comments: nothing is shown before its address is confirmed and an editor has read it."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock
from cms.feedback import comments, forgetting
from cms.feedback.models import Comment, Rating
from cms.models.pages import Audience
from cms.signals import comment_posted

pytestmark = [pytest.mark.django_db, pytest.mark.db]
POST = reverse("comment")
State = Comment.State


@pytest.fixture
def piece(make_piece, editor):
    return make_piece("A piece", owner=editor)


@pytest.fixture
def later(monkeypatch):
    """later(seconds=10) -> that much time has passed."""

    def pass_time(**delta):
        now = clock.now() + timedelta(**delta)
        monkeypatch.setattr(clock, "now", lambda: now)

    return pass_time


@pytest.fixture
def send(client, piece, later):
    """send(text="…") -> the answer to a form that was open for ten seconds."""

    def go(**fields):
        network = fields.pop("REMOTE_ADDR", "192.0.2.7")
        form = {
            "token": comments.sign(piece.pk),
            "name": "Ines",
            "email": "ines@example.com",
            "text": "I saw this, too.",
        }
        later(seconds=10)
        return client.post(POST, form | fields, REMOTE_ADDR=network)

    return go


@pytest.fixture
def heard():
    calls = []

    def hear(sender, **facts):
        calls.append(facts)

    comment_posted.connect(hear)
    yield calls
    comment_posted.disconnect(hear)


def link(mail):
    return re.search(r"/comments/[0-9a-f-]{36}/", mail.body)[0]


def shown(client):
    return client.get("/a-piece/").content.decode()


def test_way_of_a_comment_from_the_form_to_the_answer(client, send, editor, heard, mailoutbox):
    answer = send(wants_answer="on", visitor=str(UUID(int=7)), link="v1.a.b.c")
    assert (answer.status_code, answer["Location"], answer.cookies) == (303, "/a-piece/?commented=1#comments", {})
    assert "We are sending you a mail" in client.get("/a-piece/?commented=1").content.decode()
    [mail] = mailoutbox
    assert (mail.to, mail.extra_headers) == (["ines@example.com"], {"X-Lane": "transactional"})

    page = client.get(link(mail))  # as a scanner of mail does
    assert "Yes, it is mine" in page.content.decode()
    assert (Comment.objects.get().state, heard) == (State.UNCONFIRMED, [])
    for _ in range(2):
        assert client.post(link(mail), headers={"User-Agent": "Browser"}).status_code == 303
    [facts] = heard
    comment = Comment.objects.get()
    assert (facts["comment_id"], facts["visitor"], facts["link_token"]) == (comment.pk, UUID(int=7), "v1.a.b.c")
    assert facts["request_facts"]["ua"] == "Browser"
    assert [mail.to for mail in mailoutbox[1:]] == [["editor@lede.example"]]
    assert "I saw this, too." not in shown(client)

    client.force_login(editor)
    address = reverse("comments:judge", args=[comment.pk])
    assert "I saw this, too." in client.get(reverse("comments:index")).content.decode()
    client.post(address, {"verdict": "published"})
    assert "I saw this, too." in shown(client)
    client.post(address, {"answer": "So did we."})
    client.post(address, {"answer": "So did we all."})
    assert "So did we all." in shown(client)
    assert [mail.to for mail in mailoutbox[2:]] == [["ines@example.com"]]
    assert "So did we." in mailoutbox[2].body
    assert f"#comment-{comment.pk}" in mailoutbox[2].body
    actions = ModelLogEntry.objects.filter(action__startswith="comment.").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["comment.published", *["comment.answered"] * 2]


def test_who_did_not_ask_hears_of_no_answer(send, client, editor, mailoutbox):
    send()
    client.post(link(mailoutbox[0]))
    comment = Comment.objects.get()
    comments.answer(comment, "So did we.", editor)
    comments.judge(comment, State.PUBLISHED, editor)
    assert len(mailoutbox) == 2


def test_address_is_never_shown_and_text_is_never_markup(send, client, editor, mailoutbox):
    send(text="<script>alert(1)</script> [x](javascript:1)", name='"><img src=x>')
    client.post(link(mailoutbox[0]))
    comments.judge(Comment.objects.get(), State.PUBLISHED, editor)
    page = shown(client)
    assert "&lt;script&gt;alert(1)" in page
    assert "<img src=x>" not in page
    assert "ines@example.com" not in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("text", " ", "Write your comment first."),
        ("text", "x" * 3001, "at most 3000"),
        ("name", "", "Say what to call you."),
        ("email", "nobody", "looks like name@example.com"),
        ("email", "a@b.example\nBcc: c@d.example", "looks like"),
        ("text", "nul \0 byte", "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_and_the_words_are_kept(send, field, value, words):
    answer = send(**({"name": "Kept name"} | {field: value}))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert field == "name" or "Kept name" in answer.content.decode()
    assert Comment.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "reasons", "mails"),
    [
        ({"website": "http://spam.example"}, ["trap"], 0),
        ({"text": "http://a.example http://b.example www.c.example"}, ["links"], 1),
    ],
)
def test_what_looks_like_a_robot_is_held_back_with_the_reason(send, mailoutbox, fields, reasons, mails):
    assert send(**fields).status_code == 303
    comment = Comment.objects.get()
    assert (comment.reasons, len(mailoutbox)) == (reasons, mails)
    assert comment.state == (State.UNCONFIRMED if mails else State.HELD)


def test_form_sent_faster_than_people_write_is_held_back_and_mails_nobody(client, piece, mailoutbox):
    form = {"token": comments.sign(piece.pk), "name": "Ines", "email": "ines@example.com", "text": "Buy"}
    client.post(POST, form)
    comment = Comment.objects.get()
    assert (comment.state, comment.reasons, mailoutbox) == (State.HELD, ["fast"], [])
    client.post(reverse("confirm_comment", args=[comment.key]))
    assert Comment.objects.get().state == State.HELD


def test_same_words_sent_twice_are_one_comment_and_one_mail(send, mailoutbox):
    send()
    send()
    assert (Comment.objects.count(), len(mailoutbox)) == (1, 1)


def test_limits_of_a_network_and_of_an_address(send, later):
    answers = [send(text=f"No. {n}", email=f"r{n}@example.com").status_code for n in range(8)]
    assert answers == [303] * 6 + [429] * 2
    others = [send(text=f"Other {n}", REMOTE_ADDR=f"198.51.{n}.1").status_code for n in range(5)]
    assert others == [303] * 3 + [429] * 2  # three a day for one address
    assert send(text="Louder", email="INES@Example.com", REMOTE_ADDR="198.51.9.1").status_code == 429
    later(hours=1)
    assert send(text="An hour on", email="new@example.com").status_code == 303


@pytest.mark.parametrize(("networks", "taken"), [(1, 6), (250, 60)])
def test_five_hundred_comments_in_a_minute_are_refused_but_for_a_few(client, piece, later, mailoutbox, networks, taken):
    """From one network, or from everywhere: what is refused is not kept, mails nobody, and says when to come back."""
    token = comments.sign(piece.pk)
    later(seconds=10)
    answers = []
    for n in range(500):
        later(milliseconds=100)
        form = {"token": token, "name": "x", "email": f"r{n}@example.com", "text": f"No. {n}"}
        answers.append(client.post(POST, form, REMOTE_ADDR=f"198.51.{n % networks}.1"))
    assert [answer.status_code for answer in answers] == [303] * taken + [429] * (500 - taken)
    assert (Comment.objects.count(), len(mailoutbox)) == (taken, taken)
    assert "Try again" in answers[-1].content.decode()
    later(minutes=61)
    form = {"token": token, "name": "x", "email": "later@example.com", "text": "An hour on"}
    assert client.post(POST, form, REMOTE_ADDR="198.51.0.1").status_code == 303


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "\0"])
def test_token_that_is_not_ours_is_refused(client, piece, token):
    answer = client.post(POST, {"token": token, "name": "x", "email": "a@b.example", "text": "x"})
    assert (answer.status_code, Comment.objects.count()) == (400, 0)


def test_token_grows_old_and_a_rating_s_token_is_none(client, piece, later):
    from cms.feedback import ratings  # noqa: PLC0415

    token = comments.sign(piece.pk)
    assert client.post(POST, {"token": ratings.sign(piece.pk)}).status_code == 400
    later(days=31)
    assert "more than 30 days" in client.post(POST, {"token": token}).content.decode()


def test_piece_for_sales_only_takes_no_comment_and_a_long_body_is_refused(client, make_piece, piece):
    internal = make_piece("Internal", audience=Audience.SALES_ONLY)
    assert client.post(POST, {"token": comments.sign(internal.pk)}).status_code == 404
    assert client.post(POST, {"token": comments.sign(piece.pk), "text": "x" * 40_000}).status_code == 413
    assert client.get(POST).status_code == 405
    assert client.get(reverse("confirm_comment", args=[uuid4()])).status_code == 404


@pytest.mark.parametrize("who", ["owner", "stranger"])
def test_only_editors_and_marketers_moderate(client, send, request, who):
    send()
    comment, user = Comment.objects.get(), request.getfixturevalue(who)
    client.force_login(user)
    assert client.get(reverse("comments:index")).status_code == 302
    assert client.post(reverse("comments:judge", args=[comment.pk]), {"verdict": "published"}).status_code == 302
    for act in (lambda: comments.judge(comment, State.PUBLISHED, user), lambda: comments.answer(comment, "x", user)):
        with pytest.raises(PermissionDenied):
            act()
    assert Comment.objects.get().state == State.UNCONFIRMED


def make_comments(piece, number, state=State.PUBLISHED):
    rows = [
        Comment(
            asset=piece,
            state=state,
            name=f"R{n}",
            email="a@b.example",
            text=f"Text {n}.",
            key=uuid4(),
            posted_at=clock.now(),
        )
        for n in range(number)
    ]
    return Comment.objects.bulk_create(rows)


def test_comments_are_paged_by_key(client, piece, monkeypatch):
    rows = make_comments(piece, 3)
    monkeypatch.setattr(comments, "SHOWN", 2)
    page = shown(client)
    assert (page.count("Text "), f"?earlier={rows[1].pk}#comments" in page) == (2, True)
    assert "Text 0." in client.get(f"/a-piece/?earlier={rows[1].pk}").content.decode()
    assert "Text 2." in client.get("/a-piece/?earlier=%D9%A3").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_with_one_comment_and_with_three(rows, rf, piece, editor, django_assert_num_queries):
    from cms import policy  # noqa: PLC0415
    from cms.admin.comments import index  # noqa: PLC0415

    make_comments(piece, rows, State.WAITING)
    request = rf.get("/")
    request.user = editor
    policy.group_names(editor)
    with django_assert_num_queries(1):
        assert len(index(request).context_data["comments"]) == rows


def test_what_is_no_longer_needed_is_forgotten(piece, send, later):
    published, unread, rejected = make_comments(piece, 3)
    for row, state in ((unread, State.UNCONFIRMED), (rejected, State.REJECTED)):
        Comment.objects.filter(pk=row.pk).update(state=state)
    send()
    Rating.objects.create(asset=piece, reader_key="r", network_key="n", value=1, rated_at=clock.now())
    later(days=2)
    assert forgetting.forget() == 2
    assert not Comment.objects.exclude(network_key="").exists()
    later(days=13)
    assert forgetting.forget() == 2
    later(days=80)
    assert forgetting.forget() == 1
    later(days=300)
    assert forgetting.forget() == 1
    assert list(Comment.objects.values_list("pk", "email")) == [(published.pk, "")]
    assert forgetting.forget() == 0
