"""Tracked links: where they were signed for, and nowhere else."""

from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from tests.tracking.calling import call, get, path_of
from tracking import links, pipeline, tokens
from tracking.models import Draft, Event

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("own_writer"),
]
REF = UUID(int=5)


def test_tracked_link_redirects_where_it_was_signed_for():
    answer = get(path_of(links.tracked_url("https://other.example/a?b=c#d", REF)))
    assert (answer.status_code, answer.headers["location"]) == (302, "https://other.example/a?b=c#d")
    stored = Draft.objects.get()
    assert (stored.kind, stored.source, stored.payload["link"]) == ("link_followed", "link", REF.hex)


def test_own_page_learns_which_link_brought_the_reader():
    url = links.tracked_url("http://127.0.0.1:8000/a/?b=c#d", REF)
    token = url.rpartition("/")[2]
    assert get(path_of(url)).headers["location"] == f"http://127.0.0.1:8000/a/?b=c#l={token}&d"


@pytest.mark.parametrize(
    "destination",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/a",
        "https://a@evil.example/",
        "https://x/\r\nA: b",
        "",
    ],
)
def test_even_a_signed_destination_must_be_a_web_address(destination):
    answer = get(path_of(links.tracked_url(destination, REF)))
    assert (answer.status_code, "location" in answer.headers, Draft.objects.count()) == (404, False, 0)


@profile(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    position=st.integers(0, 200),
    character=st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/?#%"),
)
def test_changed_link_never_redirects(position, character):
    token = tokens.sign("link", {"d": "https://lede.example/", "r": REF.hex})
    position %= len(token)
    changed = token[:position] + character + token[position + 1 :]
    if changed != token:
        answer = get(f"/t/c/{changed}")
        assert (answer.status_code, "location" in answer.headers) == (404, False)


def test_token_of_another_purpose_is_as_unknown_as_nonsense():
    wrong = get(f"/t/c/{tokens.sign('unsubscribe', {'d': 'https://lede.example/', 'r': REF.hex})}")
    nonsense = get("/t/c/nonsense")
    assert (wrong.status_code, wrong.content) == (nonsense.status_code, nonsense.content) == (404, nonsense.content)


def test_link_that_nobody_sees_is_kept_and_finds_nothing():
    token = links.tracked_url("https://elsewhere.example/", uuid4(), links=3).rpartition("/")[2]
    assert [get(f"/t/h{query}").status_code for query in ("", f"?l={token}", "?l=ours-it-is-not")] == [404, 404, 400]
    assert call(("POST", "/t/h", {}))[0].status_code == 405
    pipeline.run_batch()
    assert list(Event.objects.values_list("verdict", "kind")) == [("robot", "link_followed")] * 2
