"""The answers as a sheet: a row a reader, a column a question. Who it was does not stand in it."""

import csv
import io
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook

from cms.spreadsheets import escaped
from cms.surveys.models import AnswerSet, Survey

A_TIME = 500
MOST_ROWS = 20_000  # of an .xlsx, which is built in memory; a .csv has no end


def rows(survey: Survey, sets) -> Iterator[list[str | float]]:
    """The heading, then a row a set of answers, oldest first, read a few hundred at a time."""
    questions = list(survey.questions.all())
    yield [_("Answered on"), _("Round"), _("Stage"), _("Persona"), *(question.label for question in questions)]
    last = 0
    while found := list(_some(sets, last)):
        for one in found:
            yield _row(one, questions)
        last = found[-1].pk


def as_csv(survey: Survey, sets) -> Iterator[bytes]:
    """A line at a time, with a byte-order mark, by which spreadsheets know UTF-8."""
    yield b"\xef\xbb\xbf"
    for row in rows(survey, sets):
        line = io.StringIO()
        csv.writer(line).writerow([plain(value) for value in row])
        yield line.getvalue().encode()


def as_xlsx(survey: Survey, sets) -> bytes:
    """The first MOST_ROWS as a workbook; texts are texts there, never formulas."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Answers"))
    for number, row in enumerate(rows(survey, sets)):
        if number > MOST_ROWS:
            break
        sheet.append([plain(value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def plain(value: str | float) -> str | float:
    """What looks like a formula begins with an apostrophe; what no sheet can hold is left out."""
    if not isinstance(value, str):
        return value
    text = "".join(letter for letter in value if letter >= " " or letter in "\t\n")
    return escaped(text)


def _some(sets, after: int):
    rows = sets.filter(pk__gt=after).select_related("stage", "persona").prefetch_related("answers")
    return rows.order_by("pk")[:A_TIME]


def _row(one: AnswerSet, questions) -> list[str | float]:
    said: dict[int, list] = {}
    for answer in one.answers.all():
        said.setdefault(answer.question_id, []).append(answer.text if answer.number is None else answer.number)
    answered = [
        values[0] if len(values) == 1 else "; ".join(map(str, values))
        for values in (said.get(question.pk, [""]) for question in questions)
    ]
    place = _("Mail %s") % one.round if one.round else _("Site")
    return [
        timezone.localdate(one.answered_at).isoformat(),
        place,
        one.stage.name if one.stage else "",
        one.persona.name if one.persona else "",
        *answered,
    ]
