"""The demonstration: loaded once, never doubled, and what people change stays."""

import json
import stat

import httpx
import pytest
from django.contrib.auth import authenticate
from wagtail.models import Site

from cms import demo, documents, policy
from cms.gates import offers, questions
from cms.models import AssetPage, Author, BuyingStage, Gate, HomePage, LibraryImage, Persona, Topic, User
from tests.conftest import an_installation

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installation(tmp_path_factory, django_db_setup, django_db_blocker):
    with an_installation(tmp_path_factory.mktemp("demo"), django_db_blocker) as made:
        made.first = made.manage("demo", timeout=600).stdout
        yield made


def counts():
    return {model.__name__: model.objects.count() for model in (AssetPage, Author, LibraryImage, Persona, Topic, User)}


def passwords(installation):
    return json.loads((installation.var / "demo_logins.json").read_text())


def test_library_is_published_with_tags_covers_and_dates(installation):
    pieces = AssetPage.objects.live()
    assert pieces.count() >= 24
    assert pieces.filter(cover=None).count() == 0
    assert pieces.filter(author=None).count() == 0
    assert {piece.primary_stage_id for piece in pieces} == set(BuyingStage.objects.values_list("pk", flat=True))
    assert [piece.slug for piece in pieces if not piece.for_all_personas and not piece.personas.exists()] == []
    assert [piece.slug for piece in pieces if not piece.topics.exists()] == []
    assert [piece.slug for piece in pieces if not piece.body] == []
    days = {piece.first_published_at.date() for piece in pieces}
    assert len(days) > 20


def test_site_bears_the_company_s_name_and_its_address(installation):
    site = Site.objects.get()
    assert (site.site_name, site.hostname) == (demo.cast()["company"]["name"], "127.0.0.1")
    assert HomePage.objects.get().intro == demo.cast()["company"]["tagline"]


def test_logins_work_and_are_kept_for_the_owner_alone(installation):
    kept = installation.var / "demo_logins.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for username, group in (("edda", policy.EDITOR), ("marcus", policy.MARKETER), ("sofia", policy.SALESPERSON)):
        user = authenticate(username=username, password=passwords(installation)[username])
        assert policy.group_names(user) == [group]
        assert passwords(installation)[username] in installation.first


def test_gated_papers_are_listed_and_their_files_are_not(installation):
    gate = Gate.objects.get()
    pieces = AssetPage.objects.filter(audience="gated")
    assert {piece.slug for piece in pieces} == {"the-buyers-workbook", "three-ways-to-watch-a-shipment"}
    for piece in pieces:
        file = piece.files.get()
        assert documents.is_internal(file.document)
        assert piece.get_latest_revision_as_object().files.count() == 1
        assert file.document.file.read(4) in (b"%PDF", b"PK\x03\x04")
        assert offers.gate_of(piece) == gate
    assert len(questions.to_ask(gate, questions.STRANGER)) == 2


def test_second_run_doubles_nothing_and_keeps_what_people_changed(installation):
    before = counts()
    AssetPage.objects.filter(slug="lane-risk-worksheet").update(title="As an editor wants it")
    sofia = User.objects.get(username="sofia")
    sofia.set_password("a password of my own")
    sofia.save()
    second = installation.manage("demo").stdout
    assert counts() == before
    assert AssetPage.objects.get(slug="lane-risk-worksheet").title == "As an editor wants it"
    assert authenticate(username="sofia", password="a password of my own") == sofia
    assert "(changed)" in second
    assert passwords(installation)["sofia"] not in second


def test_pages_answer_on_the_running_site(installation):
    installation.start()
    home = httpx.get(installation.url + "/", timeout=60)
    assert home.status_code == 200
    assert demo.cast()["company"]["name"].replace("&", "&amp;") in home.text
    piece = httpx.get(f"{installation.url}/lane-risk-worksheet/", timeout=60)
    assert piece.status_code == 200
    installation.stop()


def test_production_refuses_to_load_it(installation):
    refused = installation.manage("demo", check=False, **PRODUCTION)
    assert refused.returncode == 1
    assert refused.stderr.strip().endswith(
        "This is a production installation; the demonstration would mix with its data."
    )


PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "cms.settings.production",
    "SECRET_KEY": "k" * 60,
    "LEDE_PEPPER": "p" * 40,
    "ALLOWED_HOSTS": "newsroom.example",
    "EMAIL_URL": "smtp://localhost:25",
    "DEFAULT_FROM_EMAIL": "newsroom@lede.example",
    "LEDE_POSTAL_ADDRESS": "Lede, 1 Main Street, Springfield",
}
