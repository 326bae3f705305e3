"""Many mutations of what is well formed (LEDE_EXAMPLES, 10,000): what strangers may send."""

import copy
import json
import os
import random
import string

from hypothesis import HealthCheck
from hypothesis import settings as profile

EXAMPLES = int(os.environ.get("LEDE_EXAMPLES", "10000"))
EACH = 20  # mutations of one example: Hypothesis spends a hundred times longer on making one than we on asking

# What a mutation puts in: parts of addresses that browsers read in surprising ways, and any character.
BITS = [
    "/",
    "//",
    "\\",
    "@",
    ".",
    "..",
    "=",
    "%00",
    "%2f",
    "#",
    "?",
    "https://evil.example",
    "\r\n",
    "\0",
    "é",
    "\ud800",
]
LETTERS = string.ascii_letters + string.digits + "-_."


def examples(number):
    return profile(max_examples=number, deadline=None, suppress_health_check=list(HealthCheck))


def mutations(text, seed):
    """EACH versions of `text` with one to four places replaced, filled, cut or swapped."""
    chance = random.Random(seed)
    for _ in range(EACH):
        changed = text
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(changed) + 1)
            before, here, after = changed[:at], changed[at : at + 1], changed[at + 1 :]
            bit = chance.choice(BITS) if chance.random() < 0.3 else chance.choice(LETTERS)
            changed = chance.choice([before + bit + after, before + bit + here + after, before + after, after + before])
        if changed != text:
            yield changed


# Values where others are meant: of another type, beyond every limit, or with a meaning in some language.
ODD = (
    None, True, 0, -1, 2**63, 10**30, 1e308, -0.0, "", " ", "0", "x" * 5000, "\0", "\ud800", "é" * 300, [], {}, [[]],
    {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}, "//evil.example", "9999-12-31T23:59:59-12:00", "0001-01-01", "http://[",
    "' OR 1=1 --", "{{ 7*7 }}", "<script>", "00000000-0000-0000-0000-000000000000", "\u202e",
)  # fmt: skip


def bodies(data, seed):
    """EACH versions of a JSON body: one or two values odd ones or dropped, then perhaps its text mutated."""
    chance = random.Random(seed)
    for number in range(EACH):
        changed = json.loads(json.dumps(data))
        for _ in range(chance.randint(1, 2)):
            _spoil(changed, chance)
        text = json.dumps(changed)
        yield next(mutations(text, f"{seed} {number}"), text) if chance.random() < 0.4 else text


def _spoil(inside, chance):
    """Somewhere below `inside`: another value, or none."""
    while True:
        places = list(inside) if isinstance(inside, dict) else range(len(inside))
        if not places:
            return
        place = chance.choice(list(places))
        if isinstance(inside[place], dict | list) and inside[place] and chance.random() < 0.7:
            inside = inside[place]
            continue
        if chance.random() < 0.2:
            del inside[place]
        else:
            inside[place] = copy.deepcopy(chance.choice(ODD))
        return
