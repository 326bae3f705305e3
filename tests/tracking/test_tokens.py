"""Tokens: what we sign we read, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import tokens

PAYLOAD = {"d": "https://lede.example/a", "r": "5f"}


def test_token_reads_back_for_its_purpose():
    assert tokens.read("link", tokens.sign("link", PAYLOAD)) == PAYLOAD


def test_token_is_refused_for_another_purpose():
    with pytest.raises(tokens.BadToken, match="does not match"):
        tokens.read("unsubscribe", tokens.sign("link", PAYLOAD))


def test_token_of_an_old_key_still_reads_after_rotation(settings):
    token = tokens.sign("link", PAYLOAD)
    settings.TRACKING_KEYS = {"new": b"n" * 32, **settings.TRACKING_KEYS}
    assert tokens.read("link", token) == PAYLOAD
    assert tokens.sign("link", PAYLOAD).startswith("v1.new.")


def test_token_of_a_revoked_key_is_refused(settings):
    token = tokens.sign("link", PAYLOAD)
    settings.TRACKING_KEYS = {"new": b"n" * 32}
    with pytest.raises(tokens.BadToken, match="revoked"):
        tokens.read("link", token)


@given(position=st.integers(min_value=0), character=st.characters(codec="ascii"))
def test_changed_token_is_refused(position, character):
    token = tokens.sign("link", PAYLOAD)
    position %= len(token)
    changed = token[:position] + character + token[position + 1 :]
    if changed != token:
        with pytest.raises(tokens.BadToken):
            tokens.read("link", changed)


@given(st.text())
def test_any_text_is_refused_with_a_reason(text):
    with pytest.raises(tokens.BadToken):
        tokens.read("link", text)


def test_unknown_purpose_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="Unknown token purpose"):
        tokens.sign("linkk", PAYLOAD)
