"""Template code of other blog engines (Liquid, Nunjucks): what has one meaning is read, the rest stays text.

Code, fenced or between backticks, is never touched.
"""

import html
import re

from cms.importers.notices import Notice

FENCE = re.compile(r"^ {0,3}(?P<mark>`{3,}|~{3,}).*?(?:^ {0,3}(?P=mark)[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
CODE_OR_TAG = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|\{%-?\s*comment\s*-?%\}(?P<comment>.*?)\{%-?\s*endcomment\s*-?%\}"
    r"|\{%-?\s*(?P<raw>raw|endraw)\s*-?%\}"
    r"|\{%-?\s*image\s+(?P<image>\"[^\"]*\"|'[^']*')\s*(?P<alt>\"[^\"]*\"|'[^']*')?\s*-?%\}"
    r"|\{\{-?\s*(?P<path>\"[^\"]*\"|'[^']*')\s*\|\s*(?:url|relative_url|absolute_url)\s*-?\}\}"
    r"|\{\{-?\s*(?P<base>site\.(?:baseurl|url))\s*-?\}\}"
    r"|(?P<other>\{\{.*?\}\}|\{%.*?%\})",
    re.DOTALL,
)


def without_templates(text: str, notices: list[Notice]) -> str:
    """`text` with addresses and pictures resolved; every other tag is left as text and told in `notices`."""
    parts, at = [], 0
    for fence in FENCE.finditer(text):
        parts += [_resolve(text[at : fence.start()], _line(text, at), notices), fence.group()]
        at = fence.end()
    return "".join([*parts, _resolve(text[at:], _line(text, at), notices)])


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _resolve(segment: str, first_line: int, notices: list[Notice]) -> str:
    def replace(match):
        line = first_line + segment.count("\n", 0, match.start())
        if match["code"]:
            return match["code"]
        if match["comment"] is not None:
            notices.append(Notice(line, "A comment of the template was left out", "Nothing, unless you want it shown."))
            return "\n" * match.group().count("\n")
        if match["raw"] or match["base"]:
            return ""
        if match["image"]:
            source, alt = (html.escape((match[name] or '""')[1:-1]) for name in ("image", "alt"))
            return f'<img src="{source}" alt="{alt}">'
        if match["path"]:
            return match["path"][1:-1].replace(" ", "%20")
        notices.append(
            Notice(line, f"Template code kept as text: {match['other'][:80]}", "Write what it should show instead.")
        )
        return match["other"]

    return CODE_OR_TAG.sub(replace, segment)
