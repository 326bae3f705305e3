"""What import-linter cannot see: the top level, file and function lengths, string references, forbidden names."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = ("cms", "tracking", "editorial", "nurture")
# App -> apps it must not even name in a string: foreign keys and dotted paths are imports too.
BLIND_TO = {
    "cms": ("tracking", "editorial", "nurture"),
    "tracking": ("editorial", "nurture"),
    "editorial": ("nurture",),
    "nurture": ("editorial",),
}
# Files of the project package that may hold dotted strings of other apps.
MAY_NAME_APPS = {"cms/settings/base.py", "cms/settings/values.py", "cms/urls.py", "cms/asgi.py"}
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "services.py", "common.py", "misc.py"}
TOP_LEVEL = {
    "cms", "editorial", "nurture", "tracking", "templates", "tests", "docs", "benchmarks", ".ci",
    "manage.py", "requirements.txt", "requirements.in", "README.md", "Makefile", "pyproject.toml", "package.json",
    "package-lock.json", ".npmrc", "compose.yaml", "Procfile", ".env.example", "LICENSE", "SECURITY.md",
    "CONTRIBUTING.md", "CHANGELOG.md", ".gitignore", ".editorconfig", ".pre-commit-config.yaml",
}  # fmt: skip


def tracked():
    """Files that are or will be in the repository: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def sources(*folders):
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders and "migrations" not in path.parts
    ]


def functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_top_level_holds_only_what_it_may():
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL


def test_no_file_is_over_300_lines():
    long = {
        str(p.relative_to(ROOT)): n for p in sources(*APPS, "tests") if (n := len(p.read_text().splitlines())) > 300
    }
    assert long == {}


def test_no_function_is_over_30_lines():
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": length
        for path in sources(*APPS)
        for node in functions(path)
        if (length := node.end_lineno - node.lineno + 1 - docstring_lines(node)) > 30
    }
    assert long == {}


def docstring_lines(node):
    first = node.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(getattr(first, "value", None), ast.Constant)
    return first.end_lineno - first.lineno + 1 if is_docstring else 0


def test_no_file_is_a_junk_drawer():
    assert [str(p.relative_to(ROOT)) for p in sources(*APPS) if p.name in FORBIDDEN_NAMES] == []


@pytest.mark.parametrize("app", APPS)
def test_app_names_no_app_above_it_in_a_string(app):
    pattern = re.compile(rf"^({'|'.join(BLIND_TO[app])})\.[A-Za-z_]")
    named = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value}"
        for path in sources(app)
        if str(path.relative_to(ROOT)) not in MAY_NAME_APPS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and pattern.match(node.value)
    ]
    assert named == []


def test_repository_names_no_machine_and_no_registry():
    # Assembled so that this file does not contain what it looks for.
    words = ("/wo" + "rk/", "py" + "pi.org", "registry.npm" + "js", "files.python" + "hosted", "/ro" + "ot/")
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        if path.suffix in {".py", ".md", ".txt", ".in", ".toml", ".json", ".yaml", ".html", ".js", ".css", ".sh", ""}
        for word in words
        if word in path.read_text(errors="ignore")
    ]
    assert found == []


def test_minified_or_vendored_files_are_not_committed():
    assert [str(p.relative_to(ROOT)) for p in tracked() if re.search(r"\.min\.(js|css)$|node_modules/", str(p))] == []
