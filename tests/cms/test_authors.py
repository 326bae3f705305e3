"""Authors as readers meet them: a face, a few words, and where else they are."""

import pytest
from django.core.cache import cache

from cms.models import Author

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def author(make_cover):
    return Author.objects.create(
        slug="ines",
        name="Ines Carrow",
        role="Quality",
        bio="Has sat on both sides.",
        portrait=make_cover("face"),
        elsewhere="https://www.people.example/ines",
    )


def test_author_has_a_page_with_face_words_and_profile_elsewhere(client, author, make_piece):
    make_piece("By her", author=author)
    html = client.get("/authors/ines/").content.decode()
    assert 'class="portrait"' in html
    assert "Has sat on both sides." in html
    assert '<a rel="me external" href="https://www.people.example/ines">Ines Carrow at people.example</a>' in html
    assert "By her" in html


def test_piece_ends_with_its_author_and_one_without_portrait_has_no_picture(client, author, make_piece):
    make_piece("By her", author=author)
    assert client.get("/by-her/").content.decode().count('class="portrait"') == 1
    Author.objects.update(portrait=None, elsewhere="")
    for path in ("/by-her/", "/authors/ines/"):
        html = client.get(path).content.decode()
        assert "portrait" not in html
        assert 'rel="me' not in html
