"""The demonstration's files, made from its pieces: a paper as PDF, and a score sheet as a workbook."""

import re
import textwrap
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font

COLUMNS, LINES = 92, 54  # of a page in the PDF
_MARKS = re.compile(r"\*\*|\*|`|\[([^\]]*)\]\([^)]*\)")


def pdf(title: str, markdown: str) -> bytes:
    """The text as a PDF in a type that every reader has: headings bold, paragraphs wrapped, a page number below."""
    lines = [(True, title), (False, "")]
    for block in markdown.split("\n\n"):
        for text in _paragraphs(block):
            lines += [(block.startswith("#"), line) for line in textwrap.wrap(text, COLUMNS)]
        lines.append((False, ""))
    pages = [lines[at : at + LINES] for at in range(0, len(lines), LINES)]
    first = 5  # 1 catalog, 2 pages, 3 and 4 fonts
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(pages)))
    fonts = [f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>" for name in FONTS]
    objects = ["<</Type/Catalog/Pages 2 0 R/Lang(en)>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>", *fonts]
    for number, page in enumerate(pages):
        objects += _page(page, number + 1, first + 2 * number + 1)
    return _file(objects)


def _paragraphs(block: str) -> list[str]:
    """Items of a list and rows of a table stand for themselves; the lines of anything else are one text."""
    rows = block.splitlines() if re.match(r"[-|]|\d+\.", block) else [" ".join(block.lstrip("#> ").split())]
    rows = [" · ".join(cell.strip() for cell in row.strip("|").split("|")) for row in rows if not row.startswith("|-")]
    return [_MARKS.sub(r"\1", row) for row in rows]


FONTS = ("Helvetica", "Helvetica-Bold")


def _page(lines, number: int, content: int) -> list[str]:
    words = ["BT 56 786 Td 14 TL"]
    for is_bold, line in lines:
        escaped = re.sub(r"([\\()])", r"\\\1", line)
        words.append(f"/F{2 if is_bold else 1} {12 if is_bold else 10} Tf ({escaped}) Tj T*")
    words.append(f"ET BT /F1 8 Tf 540 28 Td ({number}) Tj ET")
    stream = "\n".join(words)
    size = len(stream.encode("cp1252", "replace"))
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {content} 0 R"
    return [
        f"{page}/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>",
        f"<</Length {size}>>stream\n{stream}\nendstream",
    ]


def _file(objects: list[str]) -> bytes:
    out, places = BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252", "replace"))
    start = out.tell()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode())
    out.write(f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def score_sheet(markdown: str) -> bytes:
    """Each question of the piece's lists under its heading "For …", with room for a score from 0 to 3."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Scores"
    sheet.append(["Who asks", "Question", "Score, 0 to 3", "Evidence that you checked"])
    role = ""
    for line in markdown.splitlines():
        if line.startswith("## "):
            role = line[3:].removeprefix("For ").capitalize() if line.startswith("## For ") else ""
        elif role and line.startswith("- "):
            sheet.append([role, _MARKS.sub(r"\1", line[2:]), None, None])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCD", (14, 80, 14, 50), strict=True):
        sheet.column_dimensions[letter].width = width
    out = BytesIO()
    book.save(out)
    return out.getvalue()
