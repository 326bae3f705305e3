"""How well user agents alone are judged: `python benchmarks/judge_agents.py FILE.tsv` prints one JSON line.

A line of the file: user agent, tab, `human` or `bot`. A file in YAML (`isbot`: name, then its user agents) or JSON
(`crawler-user-agents`: entries with `instances`) is read, too, with the label for all of it before a colon:

    python benchmarks/judge_agents.py human:browsers.yml bot:crawlers.yml
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
LABELS = ("human", "bot")


def main(arguments: list[str]) -> int:
    """Judge every agent of the files named; 2 when a file or a line cannot be read."""
    unexplained = "--list" in arguments
    files = [argument for argument in arguments if not argument.startswith("--")]
    if not files:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        rows = [row for file in files for row in labelled(file)]
    except (OSError, ValueError) as error:
        print(f"Cannot read it: {error}", file=sys.stderr)
        return 2
    from tracking import agents, verdicts

    begun = time.perf_counter()
    judged = [(agent, label, verdicts.confidence(agents.signs(agent)) >= verdicts.ENOUGH) for agent, label in rows]
    seconds = time.perf_counter() - begun
    print(json.dumps(figures(judged, seconds)))
    for agent, label, is_robot in judged if unexplained else ():
        if is_robot != (label == "bot"):
            print(f"{label}\t{' '.join(agents.signs(agent)) or '-'}\t{agent}")
    return 0


def figures(judged: list[tuple[str, str, bool]], seconds: float) -> dict[str, float]:
    """recall = robots found of all robots; false_positives = people called robots of all people; both 0 to 1."""
    bots = [is_robot for _, label, is_robot in judged if label == "bot"]
    humans = [is_robot for _, label, is_robot in judged if label == "human"]
    return {
        "bots": len(bots),
        "humans": len(humans),
        "recall": round(sum(bots) / len(bots), 4) if bots else 0.0,
        "false_positives": round(sum(humans) / len(humans), 4) if humans else 0.0,
        "microseconds_each": round(1e6 * seconds / max(len(judged), 1), 1),
    }


def labelled(argument: str) -> Iterator[tuple[str, str]]:
    """(user agent, label) of one file; ValueError says which line is wrong and how to write it."""
    label, colon, name = argument.partition(":")
    path = Path(name if colon and label in LABELS else argument)
    if not (colon and label in LABELS):
        label = ""
    if path.suffix in (".yml", ".yaml", ".json"):
        if not label:
            raise ValueError(f"{path} carries no labels: write human:{path} or bot:{path}")
        yield from ((agent, label) for agent in listed(path))
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        agent, tab, said = line.rstrip("\r").rpartition("\t")
        if line.strip() and (not tab or said not in LABELS):
            raise ValueError(f"{path}, line {number}: write the user agent, a tab, and {' or '.join(LABELS)}")
        if line.strip():
            yield agent, said


def listed(path: Path) -> Iterator[str]:
    """All user agents of a YAML or JSON collection."""
    import yaml

    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups = found.values() if isinstance(found, dict) else (entry.get("instances") or [] for entry in found)
    for group in groups:
        yield from (str(agent) for agent in group or [])


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
    import django

    django.setup()
    sys.exit(main(sys.argv[1:]))
