"""`manage.py doctor`: is this installation well, and does the whole loop hold?"""

import json
import time
from collections.abc import Callable
from contextlib import nullcontext

from django.core.management.base import BaseCommand
from wagtail.utils.apps import get_app_submodules

from cms import health, stand_in


class Command(BaseCommand):
    help = (
        "Ask every check of every app; with --loop, send one synthetic reader through the whole loop and clean up "
        "after it. Exit status 0 only when all hold."
    )

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="Send one synthetic reader through the whole loop.")
        parser.add_argument(
            "--url", help="With --loop: where the collector of a running installation answers; nothing is started."
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON document and nothing else.")

    def handle(self, **options):
        self.quiet = options["json"]
        if options["loop"]:
            try:
                told = options["url"]
                with nullcontext(told.rstrip("/")) if told else stand_in.running(self._say) as url:
                    document = {"checks": self._checks(), "loop": self._loop(url)}
            except RuntimeError as error:
                document = {"checks": self._checks(), "loop": [line("Server", False, 0, str(error))]}
                self._tell_link(document["loop"][0])
        else:
            document = {"checks": self._checks()}
        well = all(row["ok"] for rows in document.values() for row in rows)
        if self.quiet:
            self.stdout.write(json.dumps({"ok": well} | document, indent=2, default=str))
        self._say("All well." if well else "Not well: see above.")
        if not well:
            raise SystemExit(1)

    def _checks(self) -> list[dict]:
        rows = []
        for check, finding in health.findings():
            rows.append(
                {"name": check.name, "ok": finding.ok, "message": str(finding.message), "hint": str(finding.hint)}
            )
            self._say(f"{_mark(finding.ok)} {check.name}: {finding.message}")
            if not finding.ok and finding.hint:
                self._say(f"       {finding.hint}")
        return rows

    def _loop(self, url: str) -> list[dict]:
        rows = []

        def report(step: str, ok: bool, seconds: float, detail: str) -> None:
            rows.append(line(step, ok, seconds, detail))
            self._tell_link(rows[-1])

        begun = time.monotonic()
        for trace in tracers():
            trace(report, url)
        if not rows:
            report("Loop", False, 0, "No app can trace the loop.")
        self._say(f"       The whole loop took {time.monotonic() - begun:.2f} s")
        return rows

    def _tell_link(self, row: dict) -> None:
        self._say(f"{_mark(row['ok'])} {row['seconds']:6.2f} s  {row['step']}: {row['detail']}")

    def _say(self, text: str) -> None:
        if not self.quiet:
            self.stdout.write(text)
            self.stdout.flush()


def line(step: str, ok: bool, seconds: float, detail: str) -> dict:
    """One link of the chain, as in the JSON."""
    return {"step": str(step), "ok": ok, "seconds": round(seconds, 3), "detail": str(detail)}


def tracers() -> list[Callable]:
    """Every app's `tracing.trace_loop(report, base_url) -> bool`."""
    return [module.trace_loop for _, module in get_app_submodules("tracing")]


def _mark(ok: bool) -> str:
    return "[ ok ]" if ok else "[FAIL]"
