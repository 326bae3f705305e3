"""A plan as a file, and the ways to bring it in."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from cms import jobs
from editorial.models import PlanBatch
from tests.editorial.conftest import home, make_entry, persona, stage, topic  # noqa: F401 -- fixtures

PLANS = "/admin/newsroom/plan/"
PLAN = """id,title,due date,stage,persona,topic,format,owner,status,notes
1,Alarms that wake the right person,2026-12-01,Interest,Quality manager,Excursions,article,editor@lede.example,Brief,Ask
2,What a recall costs,2026-12-08,Interest,,,Checklist,editor,,
"""


@pytest.fixture
def run(tmp_path):
    """run(text or bytes, "--dry-run", name="plan.csv") -> what the command answers."""

    def run(content, *options, name="plan.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        out = io.StringIO()
        call_command("import_plan", str(path), *options, stdout=out, stderr=io.StringIO())
        return json.loads(out.getvalue().strip().split("\n")[-1])

    return run


@pytest.fixture
def send(client):
    """send(text or bytes) -> the batch that the upload became, or the answer when it was refused."""

    def send(content, name="plan.csv", source="Content plan"):
        content = content.encode() if isinstance(content, str) else content
        answer = client.post(PLANS, {"file": SimpleUploadedFile(name, content), "source": source})
        return PlanBatch.objects.latest("pk") if answer.status_code == 302 else answer

    return send


@pytest.fixture
def write(client):
    """write(batch) -> the job that brought it in, at its end."""

    def write(batch, **values):
        said = {f"column_{at}": field for at, field in enumerate(batch.columns)}
        answer = client.post(f"{PLANS}{batch.pk}/", said | {"order": batch.order, "then": "write"} | values)
        assert answer.status_code == 302, answer.context["form"].errors
        while jobs.run_slice():
            pass
        batch.refresh_from_db()
        return batch.job

    return write
