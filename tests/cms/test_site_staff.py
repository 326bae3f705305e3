"""The same pages for those who write them: previews, the bar for staff, and what stages are called outside."""

import pytest

from cms.models import AssetPage, BuyingStage, HomePage
from cms.wording import for_reader

pytestmark = pytest.mark.django_db


def test_piece_that_was_never_saved_can_be_previewed():
    page = AssetPage(title="Just begun", slug="just-begun")
    page.set_url_path(HomePage.objects.get())
    response = page.make_preview_request()
    assert response.status_code == 200
    assert "<h1>Just begun</h1>" in response.content.decode()
    assert "pixel.js" not in response.content.decode()


def test_saved_piece_can_be_previewed(make_piece, topics):
    response = make_piece("Known", topics=topics[:1]).make_preview_request()
    assert '<a class="tag" href="/topics/cost/">Cost</a>' in response.content.decode()


def test_editor_gets_the_bar_and_readers_do_not(client, make_piece, editor):
    make_piece("Known")
    assert "wagtail-userbar" not in client.get("/known/").content.decode()
    client.force_login(editor)
    assert "wagtail-userbar" in client.get("/known/").content.decode()


def test_default_stage_speaks_as_its_reader_would_and_another_by_its_name(client, make_piece):
    stage, _ = BuyingStage.objects.get_or_create(slug="epiphany", defaults={"name": "Epiphany"})
    make_piece("Known", primary_stage=stage)
    html = client.get("/stages/epiphany/").content.decode()
    assert "<h1>Something feels off</h1>" in html
    assert "Epiphany" not in html
    assert for_reader(BuyingStage(slug="renewal", name="Renewal")).says == "Renewal"
