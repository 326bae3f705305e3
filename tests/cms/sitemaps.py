"""The sitemap as a crawler reads it: the index, and every part that it names."""

import re

from django.conf import settings


def whole_sitemap(client):
    """{path: text} of the index and of each of its parts."""
    found = {"/sitemap.xml": text(client, "/sitemap.xml")}
    named = re.findall(r"<loc>([^<]+)</loc>", found["/sitemap.xml"])
    assert named, "a sitemap without parts"
    for address in named:
        assert address.startswith(settings.BASE_URL + "/sitemap-"), address
        path = address.removeprefix(settings.BASE_URL)
        found[path] = text(client, path)
    return found


def text(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml"), path
    return answer.content.decode()
