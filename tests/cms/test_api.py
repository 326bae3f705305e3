"""The library over HTTP."""

import pytest

from cms.models import AssetPage, HomePage

pytestmark = pytest.mark.django_db


@pytest.fixture
def publish():
    def make(title, **fields):
        page = AssetPage(title=title, slug=title.lower(), **fields)
        return HomePage.objects.get().add_child(instance=page)

    return make


def test_assets_are_listed_by_key(client, publish):
    pages = [publish(f"P{number}") for number in range(3)]
    first = client.get("/api/v1/assets?limit=2").json()
    assert [item["id"] for item in first["items"]] == [page.pk for page in pages[:2]]
    second = client.get(f"/api/v1/assets?limit=2&after={first['after']}").json()
    assert ([item["title"] for item in second["items"]], second["after"]) == (["P2"], None)


@pytest.mark.parametrize("hidden", [{"audience": "sales_only"}, {"audience": "customers"}, {"live": False}])
def test_assets_not_for_the_public_are_not_listed(client, publish, hidden):
    publish("Hidden", **hidden)
    assert client.get("/api/v1/assets").json() == {"items": [], "after": None}


@pytest.mark.parametrize("number", [1, 3])
def test_number_of_queries_does_not_grow(client, publish, number, django_assert_num_queries):
    client.get("/api/v1/assets")  # the site's root paths are cached by the first page
    for index in range(number):
        publish(f"P{index}")
    with django_assert_num_queries(3):
        assert len(client.get("/api/v1/assets").json()["items"]) == number


@pytest.mark.parametrize(("name", "value"), [("limit", "0"), ("after", "9" * 30)])
def test_wrong_parameter_is_said_with_its_name(client, name, value):
    answer = client.get("/api/v1/assets", {name: value})
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["query", name])


def test_schema_is_openapi_3_and_there_is_no_page_from_another_host(client):
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.")
    assert client.get("/api/v1/docs/").status_code == 404
