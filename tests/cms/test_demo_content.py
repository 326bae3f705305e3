"""The demo content is whole: nothing missing, nothing unknown, nothing that points nowhere."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import frontmatter
import pytest

import cms.covers
from cms import demo_more
from cms.blocks import BodyBlock

CONTENT = Path(cms.covers.__file__).parent / "demo_content"
PIECES = {path.stem: frontmatter.load(path) for path in sorted((CONTENT / "pieces").glob("*.md"))}
CAST = tomllib.loads((CONTENT / "cast.toml").read_text(encoding="utf-8"))
STAGES = tomllib.loads((CONTENT / "stages.toml").read_text(encoding="utf-8"))["stages"]
MAILS = {path.name: path.read_text(encoding="utf-8") for path in sorted((CONTENT / "mails").glob("*.mjml"))}

STAGE_ORDER = ["epiphany", "awareness", "interest", "consideration", "decision", "adoption", "value", "advocacy"]
KEYS = {
    *("title", "slug", "summary", "primary_stage", "also_stages", "personas", "topics", "format", "medium"),
    *("length", "approach", "shelf_life", "audience", "author", "published_days_ago", "cover"),
}
FORMATS = {
    *("article", "white_paper", "e_book", "case_study", "webinar"),
    *("video", "podcast", "infographic", "tool", "internal_note"),
}
MEDIA = {"text", "graphic", "audio", "video", "interactive"}
AUDIENCES = {"public", "gated", "customers", "sales_only"}
CONTACT_CLASSES = {"decision_maker", "influencer", "user", "finance", "partner", "press"}
MERGE_WORDS = {
    'contact.first_name, default "there"',
    *("piece.title", "piece.summary", "piece.url", "piece.cover"),
    *("sender.name", "company.name", "company.address", "unsubscribe_url"),
    *("survey.title", "survey.intro", "survey.url"),
    *("rate.one", "rate.two", "rate.three", "rate.four", "rate.five"),
}


def slugs(table):
    return [row["slug"] for row in CAST[table]]


def personas_of(piece):
    return slugs("personas") if piece["personas"] == "all" else piece["personas"]


@pytest.fixture(params=PIECES)
def piece(request):
    return PIECES[request.param]


def test_a_piece_has_all_keys_and_no_other(piece):
    timely = {"review_by_days"} if piece["shelf_life"] == "timely" else set()
    assert set(piece.metadata) - {"objections"} == KEYS | timely


def test_a_piece_uses_only_known_values(piece):
    assert (piece["length"] in {"short", "long"}, piece["approach"] in {"idea", "product"}) == (True, True)
    assert {piece["primary_stage"], *piece["also_stages"]} <= set(STAGE_ORDER)
    assert piece["primary_stage"] not in piece["also_stages"]
    assert piece["format"] in FORMATS
    assert piece["medium"] in MEDIA
    assert piece["shelf_life"] in {"evergreen", "timely"}
    assert piece["audience"] in AUDIENCES
    assert piece["cover"]["motif"] in cms.covers.MOTIFS
    assert isinstance(piece["cover"]["seed"], int)


def test_a_piece_refers_only_to_what_exists(piece):
    assert personas_of(piece)
    assert set(personas_of(piece)) <= set(slugs("personas"))
    assert piece["topics"]
    assert set(piece["topics"]) <= set(slugs("topics"))
    assert set(piece.get("objections", [])) <= set(slugs("objections"))
    assert piece["author"] in slugs("authors")


def test_a_piece_reads_like_one(piece):
    assert len(piece["summary"]) <= 200
    assert 350 <= len(piece.content.split()) <= 900
    assert re.search(r"^## ", piece.content, re.MULTILINE)
    assert not re.search(r"^# ", piece.content, re.MULTILINE)
    assert 2 <= piece["published_days_ago"] <= 140


@pytest.mark.parametrize("name", PIECES)
def test_a_file_is_named_after_its_slug(name):
    assert PIECES[name]["slug"] == name


def test_titles_and_covers_are_unique():
    assert len({piece["title"] for piece in PIECES.values()}) == len(PIECES)
    assert len({tuple(piece["cover"].values()) for piece in PIECES.values()}) == len(PIECES)


def test_the_library_is_spread_and_has_gaps():
    by_stage = Counter(piece["primary_stage"] for piece in PIECES.values())
    cells = {(piece["primary_stage"], persona) for piece in PIECES.values() for persona in personas_of(piece)}
    assert len(PIECES) == 28
    assert all(by_stage[stage] >= 2 for stage in STAGE_ORDER)
    assert 5 <= len(STAGE_ORDER) * len(slugs("personas")) - len(cells) <= 14
    assert len({piece["format"] for piece in PIECES.values()}) >= 8
    assert {topic for piece in PIECES.values() for topic in piece["topics"]} == set(slugs("topics"))


def test_most_pieces_are_public_and_few_are_for_sales():
    by_audience = Counter(piece["audience"] for piece in PIECES.values())
    assert by_audience["public"] >= 22
    assert 1 <= by_audience["sales_only"] <= 2
    for piece in PIECES.values():
        assert (piece["format"] == "internal_note") == (piece["audience"] == "sales_only")


def test_the_stages_are_the_default_cycle():
    assert [stage["slug"] for stage in STAGES] == STAGE_ORDER
    for stage in STAGES:
        assert all(stage[key] for key in ("name", "definition", "exit_criteria", "what_we_do"))
        assert stage["owner_group"] in {"marketing", "sales", "service"}
        assert stage["target_days"] > 0
        assert 0 < stage["target_conversion"] <= 100


@pytest.mark.parametrize(("table", "count"), [("personas", 4), ("topics", 6), ("authors", 5)])
def test_slugs_of_the_cast_are_unique(table, count):
    assert len(slugs(table)) == len(set(slugs(table))) == count


def test_contacts_belong_to_the_cast():
    domains = {account["domain"] for account in CAST["accounts"]}
    assert len({contact["email"] for contact in CAST["contacts"]}) == 12
    for contact in CAST["contacts"]:
        assert contact["account_domain"] in domains
        assert contact["email"].endswith(f"@{contact['account_domain']}")
        assert contact["persona"] in slugs("personas")
        assert contact["stage"] in STAGE_ORDER
        assert contact["contact_class"] in CONTACT_CLASSES


def test_everybody_is_invented():
    addresses = [contact["email"] for contact in CAST["contacts"]] + [CAST["company"]["from_email"]]
    assert all(address.endswith(".example") for address in addresses)
    assert all(account["domain"].endswith(".example") for account in CAST["accounts"])


def test_users_cover_the_newsroom_and_sales():
    groups = Counter(user["group"] for user in CAST["users"])
    assert groups == {"editor": 1, "marketer": 1, "salesperson": 2, "sales_manager": 1}
    assert len({user["username"] for user in CAST["users"]}) == 5


def test_there_are_three_mails():
    assert set(MAILS) == {"next-piece.mjml", "after-decision-piece.mjml", "survey-invitation.mjml"}


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_speaks_only_the_merge_language(name):
    used = set(re.findall(r"\{\{\s*(.*?)\s*\}\}", MAILS[name]))
    assert used <= MERGE_WORDS
    about = "survey.url" if name.startswith("survey") else "piece.url"
    assert {"unsubscribe_url", "company.address", about} <= used


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_compiles_and_calls_no_other_host(name):
    mjml = pytest.importorskip("mjml")
    html = mjml.mjml2html(MAILS[name])
    assert 'href="{{ unsubscribe_url }}"' in html
    assert not re.search(r"""(?:src|href)=["'](?!\{\{)|@import|url\(""", html)


def test_campaigns_name_pieces_and_vehicles_that_are_there():
    named = [slug for campaign in CAST["campaigns"] for slug in campaign["pieces"]]
    assert set(named) <= {piece["slug"] for piece in PIECES.values()}
    assert len(named) == len(set(named))
    assert {campaign["vehicle"] for campaign in CAST["campaigns"]} <= set(slugs("vehicles"))


MORE = demo_more.told(CONTENT / "more.toml")


@pytest.mark.django_db
def test_what_pieces_have_besides_their_text_names_only_earlier_pieces_and_is_valid(make_piece):
    age = {slug: PIECES[slug]["published_days_ago"] for slug in PIECES}
    for slug, more in MORE.items():
        named = [more.get("derived_from"), *(name for row in more.get("blocks", []) for name in _named(row))]
        assert all(age[other] > age[slug] for other in named if other), slug
    for other in ("what-a-warm-hour-costs", "the-load-that-looked-fine", "your-spoilage-has-a-time-of-day"):
        make_piece(PIECES[other]["title"], slug=other)
    kinds = set()
    for more in MORE.values():
        for kind, value in demo_more.blocks(more):
            block = BodyBlock().child_blocks[kind]
            block.clean(block.to_python(block.get_prep_value(value)))
            kinds.add(kind)
    assert kinds == {"quote", "statistic", "chart", "call", "related"}


def _named(row):
    return [row["page"]] if "page" in row else row.get("pieces", [])
