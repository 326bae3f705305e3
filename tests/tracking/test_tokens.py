"""Tokens: what we sign we read, and nothing else."""

import base64
import io

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from tracking import tokens

PAYLOAD = {"d": "https://lede.example/a", "r": "5f"}


def test_token_reads_back_for_its_purpose():
    assert tokens.read("link", tokens.sign("link", PAYLOAD)) == PAYLOAD


def test_token_is_refused_for_another_purpose():
    with pytest.raises(tokens.BadToken, match="does not match"):
        tokens.read("unsubscribe", tokens.sign("link", PAYLOAD))


def set_keys(settings, line):
    pairs = (pair.split(":") for pair in line.removeprefix("TRACKING_KEYS=").strip().split(","))
    settings.TRACKING_KEYS = {name: base64.urlsafe_b64decode(f"{key}=") for name, key in pairs}


def command(*args):
    out = io.StringIO()
    call_command("tracking_keys", *args, stdout=out)
    return out.getvalue()


def test_links_outlive_three_rotations_and_one_revoked_key_takes_only_its_own(settings):
    made = [tokens.sign("link", PAYLOAD)]
    for _ in range(3):
        set_keys(settings, command())
        made.append(tokens.sign("link", PAYLOAD))
    assert [token.split(".")[1] for token in made] == ["test", "k1", "k2", "k3"]
    assert [tokens.read("link", token) for token in made] == [PAYLOAD] * 4
    set_keys(settings, command("--revoke", "k1"))
    assert [tokens.read("link", token) for token in (made[0], *made[2:])] == [PAYLOAD] * 3
    with pytest.raises(tokens.BadToken, match="revoked"):
        tokens.read("link", made[1])


@pytest.mark.parametrize("name", ["test", "nobody"])
def test_last_key_and_unknown_key_are_not_revoked(name):
    with pytest.raises(CommandError, match="make another first"):
        command("--revoke", name)


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
