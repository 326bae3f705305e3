"""The demonstration's library: one invented company, its people, its pieces. Loaded once; what people change stays.

Every app may have a `demo.load(say)`; `manage.py demo` calls them in INSTALLED_APPS order, this one first.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path

from wagtail.models import Site

from cms import demo_people, demo_pieces
from cms.models import Author, HomePage, Persona, Topic

CONTENT = Path(__file__).resolve().parent / "demo_content"
Say = Callable[[str], None]


def cast() -> dict:
    """Company, personas, topics, authors, accounts, contacts and users, as written in cast.toml."""
    return tomllib.loads((CONTENT / "cast.toml").read_text(encoding="utf-8"))


def load(say: Say) -> None:
    """People, lists and pieces that are missing; a second call finds all of them and changes nothing."""
    told = cast()
    name_the_site(told["company"])
    if made := demo_people.load(told["users"]):
        say(f"People who log in: {made}")
    for model, rows in ((Persona, told["personas"]), (Topic, told["topics"]), (Author, told["authors"])):
        for row in rows:
            model.objects.get_or_create(slug=row["slug"], defaults=row)
    demo_pieces.load(CONTENT / "pieces", say)


def name_the_site(company: dict) -> None:
    """Give the site the company's name and its front page a first sentence, where nobody has given them others."""
    Site.objects.filter(is_default_site=True, site_name="").update(site_name=company["name"])
    HomePage.objects.filter(intro="").update(intro=company["tagline"])
