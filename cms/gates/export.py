"""What was sent through a gate as a table for spreadsheets, read and written in small parts."""

import csv
from collections.abc import Iterator
from io import StringIO

from django.utils.translation import gettext as _

from cms.gates.models import Gate, GateSubmission
from cms.spreadsheets import escaped

ROWS = 500


def lines(gate: Gate) -> Iterator[bytes]:
    """UTF-8 with a byte-order mark. A column a question of today; what else was answered is in the last."""
    questions = list(gate.questions.values_list("pk", "label"))
    head = [_("Sent"), _("Piece"), _("Mail address"), _("Address proven"), _("Agreed to")]
    yield b"\xef\xbb\xbf" + _csv([[*head, *(label for _pk, label in questions), _("Other answers")]])
    rows = GateSubmission.objects.filter(gate=gate, state=GateSubmission.State.TAKEN).exclude(email="").order_by("pk")
    last = 0
    while found := list(rows.filter(pk__gt=last)[:ROWS]):
        last = found[-1].pk
        yield _csv([_line(row, [pk for pk, _label in questions]) for row in found])


def _line(row: GateSubmission, ids: list[int]) -> list[str]:
    answers = {answer["question"]: answer for answer in row.answers}
    others = [f"{answer['label']}: {answer['value']}" for pk, answer in answers.items() if pk not in ids]
    proven = row.proven_at.isoformat(timespec="seconds") if row.proven_at else ""
    agreed = ", ".join(said["purpose"] for said in row.consents)
    told = [row.posted_at.isoformat(timespec="seconds"), row.asset_title, row.email, proven, agreed]
    return [*told, *(answers.get(pk, {}).get("value", "") for pk in ids), "; ".join(others)]


def _csv(rows: list[list[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows([escaped(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
