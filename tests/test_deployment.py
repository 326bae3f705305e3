"""The files of an installation of many processes agree with each other and with the settings."""

import re
import subprocess

from tests.installation import ROOT

PROCFILE = dict(re.findall(r"^(\w+): (.+)$", (ROOT / "Procfile").read_text(), re.MULTILINE))
COMPOSE = (ROOT / "compose.yaml").read_text()


def test_every_process_is_a_service_that_starts_its_line_of_the_procfile():
    assert set(re.findall(r"s/\^(\w+): //p", COMPOSE)) == set(PROCFILE)
    for name in PROCFILE:
        service = COMPOSE.partition(f"\n  {name}:\n")[2].partition("\n\n")[0]
        assert f"s/^{name}: //p" in service


def test_the_command_of_a_service_is_its_line_with_the_sizes_filled_in():
    script = "set -- $(sed -n 's/^web: //p' Procfile); eval echo \"$*\""
    said = subprocess.run(["sh", "-c", script], cwd=ROOT, env={"PORT": "8123"}, capture_output=True, text=True)
    assert "--port 8123" in said.stdout
    assert "--workers 2" in said.stdout


def test_the_example_names_every_variable_of_an_operator_and_no_other():
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    text = (ROOT / "docs" / "settings.md").read_text().partition("## For those who")[0]
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))
    assert named - {"DJANGO_SETTINGS_MODULE", "LOG_LEVEL"} == described


def test_the_example_holds_no_secret():
    filled = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    secrets = ("SECRET_KEY", "TRACKING_KEYS", "LEDE_PEPPER", "EMAIL_URL", "POSTGRES_PASSWORD")
    assert [filled[name] for name in secrets] == [""] * len(secrets)
