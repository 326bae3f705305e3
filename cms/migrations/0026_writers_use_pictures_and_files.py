"""Writers could neither upload nor choose a picture or a file: Wagtail asks for the rights over its own two models."""

from django.db import migrations

WRITERS = ("Editor", "Marketer", "Admin")
OURS = ("librarydocument", "libraryimage")
ASKED_FOR = (("wagtailimages", "image"), ("wagtaildocs", "document"))
VERBS = {"add": "Can add", "change": "Can change", "choose": "Can choose"}


def grant(apps, schema_editor):
    """What was granted over our models is asked for by nobody, so it goes."""
    Given = apps.get_model("wagtailcore", "GroupCollectionPermission")
    root = apps.get_model("wagtailcore", "Collection").objects.filter(depth=1).first()
    groups = apps.get_model("auth", "Group").objects.filter(name__in=WRITERS)
    for permission in _permissions(apps):
        for group in groups:
            Given.objects.get_or_create(group=group, collection=root, permission=permission)
    unasked = Given.objects.filter(permission__content_type__app_label="cms", permission__content_type__model__in=OURS)
    unasked.delete()


def _permissions(apps):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    for app, model in ASKED_FOR:
        content_type, _made = ContentType.objects.get_or_create(app_label=app, model=model)
        for verb, words in VERBS.items():
            values = {"defaults": {"name": f"{words} {model}"}}
            yield Permission.objects.get_or_create(content_type=content_type, codename=f"{verb}_{model}", **values)[0]


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0025_scorecard_deeds"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
