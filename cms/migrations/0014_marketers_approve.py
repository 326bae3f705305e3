"""A piece that an editor submits goes to somebody: Wagtail's own workflow lost its group when ours were made."""

from django.db import migrations

APPROVERS = ("Marketer", "Admin")


def let_marketers_approve(apps, schema_editor):
    """Whoever may publish approves, where nobody has been named."""
    task = apps.get_model("wagtailcore", "GroupApprovalTask").objects.filter(name="Moderators approval").first()
    if task is None or task.groups.exists():
        return
    task.groups.set(apps.get_model("auth", "Group").objects.filter(name__in=APPROVERS))
    task.name = "Marketing approves"
    task.save()
    apps.get_model("wagtailcore", "Workflow").objects.filter(name="Moderators approval").update(
        name="Marketing approves"
    )


class Migration(migrations.Migration):
    dependencies = [("cms", "0013_sales_feedback")]
    operations = [migrations.RunPython(let_marketers_approve, migrations.RunPython.noop)]
