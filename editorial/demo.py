"""The newsroom of the demo company: a plan around today, some of it late, some without a day, two pieces in writing."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from cms import clock
from cms.models import AssetPage, BuyingStage, Persona, Topic, User
from cms.policies import WRITERS
from cms.policy import MARKETER
from editorial import demo_interests, demo_interviews, demo_mix, demo_room, schedule, work
from editorial.models import BriefPoint, Entry


@dataclass(frozen=True)
class Planned:
    """One line of the plan; `days` from today, None for no day; people, stages and topics by slug."""

    title: str
    days: int | None
    step: str
    stage: str
    personas: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    format: str = "article"
    shelf_life: str = "evergreen"
    question: str = ""
    call_to_action: str = ""
    draft: bool = False


OPS, QUALITY, IT, FINANCE = "operations-director", "quality-manager", "it-lead", "finance-controller"
PLAN = (
    Planned(
        "Who pays when nobody signed at the dock", -9, "assigned", "awareness", (FINANCE,), ("claims-and-cost",),
        question="Which part of a rejected load is ours to pay?", call_to_action="Read what a warm hour costs",
    ),
    Planned(
        "A controller's guide to spoilage lines", -3, "drafting", "interest", (FINANCE,), ("claims-and-cost",),
        format="white_paper", question="Where in the ledger do warm loads hide?", draft=True,
    ),
    Planned(
        "Winter opening hours at the quay: what the cold does to your doors", 0, "review", "awareness", (OPS,),
        ("lanes-and-carriers",), shelf_life="timely", question="Is a cold dock a safe dock?", draft=True,
    ),
    Planned(
        "How to retire a gateway nobody patches", 2, "assigned", "consideration", (IT,), ("integration",),
        question="How do we leave the old boxes without losing a reading?", call_to_action="See the interface list",
    ),
    Planned(
        "Three questions for your next carrier review", 4, "brief", "interest", (OPS, FINANCE), ("lanes-and-carriers",),
        question="How do I compare carriers on more than price?",
    ),
    Planned(
        "The auditor asks for March: a walk through the evidence", 7, "assigned", "decision", (QUALITY,),
        ("compliance",), format="webinar", question="Will these records stand up in two years?",
    ),
    Planned(
        "Pay-back in a bad year", 9, "brief", "decision", (FINANCE,), ("claims-and-cost",), format="tool",
        question="Does it still pay when nothing goes wrong?", call_to_action="Fill in the business-case worksheet",
    ),
    Planned(
        "What changes in the distribution rules next spring", 11, "idea", "awareness", (QUALITY,), ("compliance",),
        shelf_life="timely", question="What do I have to change, and by when?",
    ),
    Planned("Shift change, read aloud", 15, "idea", "value", (OPS,), ("people-and-process",), format="podcast"),
    Planned(
        "Single sign-on in an afternoon", 18, "idea", "adoption", (IT,), ("integration",), format="video",
        question="Can my people log in with what they have?",
    ),
    Planned("A fleet manager on her second summer", 24, "idea", "advocacy", (OPS,), ("excursions",), "case_study"),
    Planned("The map of one warm pallet", None, "idea", "epiphany", (), ("excursions",), format="infographic"),
    Planned(
        "What we would never automate", None, "idea", "consideration", (OPS, QUALITY), ("people-and-process",),
        question="Which decisions must stay with a person?",
    ),
    Planned("Insurance premiums after a year of readings", None, "brief", "value", (FINANCE,), ("claims-and-cost",)),
)  # fmt: skip
NEEDED = ("Whose real example carries it?", "Which question of the reader does it answer?")
ANSWERS = {NEEDED[0]: "Brackwater, the March audit: their controller tells it herself"}
HURRY = "The frost is here this week; the example comes with the second edition"
LONG = ("white_paper", "webinar", "podcast", "case_study")
ABOUT_THE_PRODUCT = ("How to retire a gateway nobody patches", "Single sign-on in an afternoon")


def load(say) -> None:
    """Plan what is not planned yet, by title. Published pieces of the last weeks get the entry they came from."""
    today = timezone.localdate(clock.now())
    writers = list(User.objects.filter(groups__name__in=WRITERS, is_active=True).order_by("pk").distinct())
    if not Entry.objects.exists():
        BriefPoint.objects.filter(text__in=NEEDED).update(needed=True)
    known = set(Entry.objects.values_list("title", flat=True))
    made = [_plan(line, today, writers, number) for number, line in enumerate(PLAN) if line.title not in known]
    fulfilled = _fulfil_recent(writers)
    say(f"Calendar: {len(made)} entries planned, {fulfilled} fulfilled by pieces that are live")
    demo_room.load(say)
    demo_mix.load(say)
    demo_interests.load(say)
    demo_interviews.load(say)


def _plan(line: Planned, today, writers, number) -> Entry:
    assignee = writers[number % len(writers)] if writers and line.step != Entry.Step.IDEA else None
    entry = Entry(
        title=line.title,
        step=Entry.Step.ASSIGNED if line.draft else line.step,
        due_on=None if line.days is None else today + timedelta(days=line.days),
        stage=BuyingStage.objects.filter(slug=line.stage).first(),
        format=line.format,
        length="long" if line.format in LONG else "short",
        approach="product" if line.title in ABOUT_THE_PRODUCT else "idea",
        shelf_life=line.shelf_life,
        question=line.question,
        call_to_action=line.call_to_action,
        assignee=assignee,
    )
    personas = Persona.objects.filter(slug__in=line.personas)
    schedule.plan(entry, user=assignee, personas=personas, topics=Topic.objects.filter(slug__in=line.topics))
    if line.draft and assignee:
        schedule.start_draft(entry, assignee, reason="" if _answered(entry, line, assignee) else HURRY)
        schedule.move(entry, user=assignee, version=entry.version, step=line.step)
    return entry


def _answered(entry: Entry, line: Planned, user) -> bool:
    """Answer what is needed before drafting; but timely things are begun in a hurry."""
    if line.shelf_life == "timely":
        return False
    for point, text in work.brief(entry):
        if point.needed and not text:
            work.answer(entry, point, ANSWERS.get(point.text, line.question), user=user, before="")
    return True


def _fulfil_recent(writers) -> int:
    """Let the three newest live pieces have been planned here, two days before they came out."""
    if Entry.objects.filter(step=Entry.Step.PUBLISHED).exists():
        return 0
    author = next((user for user in writers if user.groups.filter(name=MARKETER).exists()), None)
    newest = AssetPage.objects.filter(live=True, entry=None).exclude(first_published_at=None)
    for page in (pages := list(newest.order_by("-first_published_at")[:3])):
        planned_for = timezone.localdate(page.first_published_at) - timedelta(days=2)
        entry = Entry(title=page.title, due_on=planned_for, stage=page.primary_stage, format=page.format, page=page)
        schedule.plan(entry, user=author, personas=page.personas.all(), topics=page.topics.all())
        schedule.fulfil(page)
    return len(pages)
