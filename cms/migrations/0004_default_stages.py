"""The eight default buying stages, where a team has none yet. Only a start: every team changes them."""

from django.db import migrations

STAGES = (
    {
        "slug": "epiphany",
        "name": "Epiphany",
        "definition": "Something shows them that the way they work today costs more than they thought. They have a hunch, not yet a problem with a name.",
        "exit_criteria": "Has read two pieces about the problem within 30 days, or has described the problem in their own words in a form, a poll or a conversation.",
        "what_we_do": "Publish what surprises: a question they have never asked, a cost they have never counted. Say nothing about products.",
        "owner_group": "marketing",
        "target_days": 30,
        "target_conversion": 35,
    },
    {
        "slug": "awareness",
        "name": "Awareness",
        "definition": "They can name the problem and know that others have it too. They want to know how big it is and whose job it is.",
        "exit_criteria": "Comes back for a second topic, subscribes, or brings in a colleague; reads about ways to solve the problem and no longer only about the problem.",
        "what_we_do": "Give the problem words, sizes and owners: explainers, checklists, ways to measure it at home.",
        "owner_group": "marketing",
        "target_days": 30,
        "target_conversion": 40,
    },
    {
        "slug": "interest",
        "name": "Interest",
        "definition": "They look at ways to solve it, including doing nothing and doing it themselves. Suppliers are still examples, not candidates.",
        "exit_criteria": "Downloads or works through a piece that compares approaches, or asks a question about how a particular approach would work for them.",
        "what_we_do": "Explain the approaches fairly, ours among them, with the price and the limits of each. Offer tools that they can use without us.",
        "owner_group": "marketing",
        "target_days": 45,
        "target_conversion": 35,
    },
    {
        "slug": "consideration",
        "name": "Consideration",
        "definition": "They have decided to change something and compare candidates. More people join in, each with a question of their own.",
        "exit_criteria": "At least two people of the account have read consideration pieces within 30 days, or one has asked for a meeting, a price or a reference; fit is good enough for the sales-ready definition.",
        "what_we_do": "Answer each role's questions: cases, integration, security, business case. Sales hears of every agreed signal and follows up within the agreed time.",
        "owner_group": "sales",
        "target_days": 45,
        "target_conversion": 40,
    },
    {
        "slug": "decision",
        "name": "Decision",
        "definition": "They choose between few and defend the choice inside. What they lack now is certainty, not information.",
        "exit_criteria": "The order is signed, or the opportunity is closed as lost with a reason.",
        "what_we_do": "Take away risk: trial, references, terms, a plan for the first weeks. Sales leads; marketing supplies what the buyer needs to convince the others.",
        "owner_group": "sales",
        "target_days": 40,
        "target_conversion": 45,
    },
    {
        "slug": "adoption",
        "name": "Adoption",
        "definition": "They have bought and begin to use it. The people who use it are seldom those who chose it.",
        "exit_criteria": "The use that was agreed at the start is reached, and the people who do the work manage without our help for 30 days.",
        "what_we_do": "Teach, one step at a time; ask early what is in the way; tell service when reading or support questions show that somebody is stuck.",
        "owner_group": "service",
        "target_days": 60,
        "target_conversion": 85,
    },
    {
        "slug": "value",
        "name": "Value",
        "definition": "It is part of their work, and they can say what it brought them. They see what else could be done.",
        "exit_criteria": "They have confirmed a result in figures of their own, and rate us well enough to be asked for a word in public.",
        "what_we_do": "Review the result together each quarter, show the next use, and count before the renewal is due and not after.",
        "owner_group": "service",
        "target_days": 120,
        "target_conversion": 60,
    },
    {
        "slug": "advocacy",
        "name": "Advocacy",
        "definition": "They speak for us without being asked: to peers, in public, or inside their own group of companies.",
        "exit_criteria": "None that leads out: they stay as long as they speak for us, and start again at epiphany when a new need appears.",
        "what_we_do": "Give them a stage and something worth saying; never more than one request a quarter; thank them by name.",
        "owner_group": "marketing",
        "target_days": 180,
        "target_conversion": 30,
    },
)


def make_stages(apps, schema_editor):
    """The eight stages in order; a team that has stages of its own keeps them."""
    BuyingStage = apps.get_model("cms", "BuyingStage")
    if BuyingStage.objects.exists():
        return
    for order, stage in enumerate(STAGES):
        BuyingStage.objects.get_or_create(slug=stage["slug"], defaults=stage | {"sort_order": order})


class Migration(migrations.Migration):
    dependencies = [("cms", "0003_groups_and_home")]

    operations = [migrations.RunPython(make_stages, migrations.RunPython.noop)]
