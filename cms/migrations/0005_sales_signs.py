"""The workflow by which sales signs signal agreements, and its assignment to them."""

import django.db.models.deletion
from django.db import migrations, models

SIGNERS = ("Salesperson", "Sales manager")


def _content_type(apps, model):
    return apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="cms", model=model)[0]


def make_workflow(apps, schema_editor):
    """One workflow with one step for the two sales groups; a team that assigned another one keeps it."""
    agreement = _content_type(apps, "signalagreement")
    WorkflowContentType = apps.get_model("wagtailcore", "WorkflowContentType")
    if WorkflowContentType.objects.filter(content_type=agreement).exists():
        return
    task = apps.get_model("cms", "SalesSignsTask").objects.create(
        name="Sales signs", active=True, content_type=_content_type(apps, "salessignstask")
    )
    task.groups.set(apps.get_model("auth", "Group").objects.filter(name__in=SIGNERS))
    workflow = apps.get_model("wagtailcore", "Workflow").objects.create(name="Sales signs", active=True)
    apps.get_model("wagtailcore", "WorkflowTask").objects.create(workflow=workflow, task_id=task.pk, sort_order=0)
    WorkflowContentType.objects.create(content_type=agreement, workflow=workflow)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cms", "0004_default_stages"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.CreateModel(
            name="SalesSignsTask",
            fields=[
                (
                    "task_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.task",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        help_text="Pages/snippets at this step in a workflow will be moderated or approved by these groups of users",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
            ],
            options={"verbose_name": "Sales signs", "verbose_name_plural": "Sales signs"},
            bases=("wagtailcore.task",),
        ),
        migrations.RunPython(make_workflow, migrations.RunPython.noop),
    ]
