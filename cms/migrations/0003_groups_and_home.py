"""The seven groups with their place in the page tree, and an empty home page in place of Wagtail's welcome."""

from django.db import migrations

GROUPS = ("Editor", "Marketer", "Salesperson", "Sales manager", "Service", "Analyst", "Admin")
PAGE_PERMISSIONS = {
    "Editor": ("add_page", "change_page"),
    "Marketer": ("add_page", "change_page", "publish_page", "lock_page"),
    "Admin": ("add_page", "change_page", "publish_page", "lock_page", "unlock_page", "bulk_delete_page"),
}
COLLECTION_MODELS = ("librarydocument", "libraryimage")
PAGE_CODES = {
    "add_page": "Can add page",
    "change_page": "Can change page",
    "publish_page": "Can publish any page",
    "lock_page": "Can lock/unlock pages you've locked",
    "unlock_page": "Can unlock any page",
    "bulk_delete_page": "Can delete pages with children",
}


def make_groups(apps, schema_editor):
    """Groups and what they may do with pages, pictures and files; the rest comes from cms/policy.py after migrating."""
    Group = apps.get_model("auth", "Group")
    for name in GROUPS:
        Group.objects.get_or_create(name=name)
    # Wagtail's own two groups would stand beside ours with no meaning; keep them only where somebody is in them.
    Group.objects.filter(name__in=("Editors", "Moderators"), user=None).delete()
    _grant_pages(apps)
    _grant_collections(apps)


def _permission(apps, app_label, model, codename, name):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": name}
    )
    return permission


def _grant_pages(apps):
    root = apps.get_model("wagtailcore", "Page").objects.filter(depth=1).first()
    GroupPagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    for name, codes in PAGE_PERMISSIONS.items():
        group = apps.get_model("auth", "Group").objects.get(name=name)
        for code in codes:
            permission = _permission(apps, "wagtailcore", "page", code, PAGE_CODES[code])
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)


def _grant_collections(apps):
    collection = apps.get_model("wagtailcore", "Collection").objects.filter(depth=1).first()
    GroupCollectionPermission = apps.get_model("wagtailcore", "GroupCollectionPermission")
    for name in PAGE_PERMISSIONS:
        group = apps.get_model("auth", "Group").objects.get(name=name)
        for model in COLLECTION_MODELS:
            for verb in ("add", "change", "choose"):
                thing = model.removeprefix("library")
                permission = _permission(apps, "cms", model, f"{verb}_{model}", f"Can {verb} {thing}")
                GroupCollectionPermission.objects.get_or_create(
                    group=group, collection=collection, permission=permission
                )


def make_home(apps, schema_editor):
    """Replace the welcome page by ours and point the default site at it."""
    Page, Site = apps.get_model("wagtailcore", "Page"), apps.get_model("wagtailcore", "Site")
    if Site.objects.exclude(root_page__slug="home").exists():
        return
    Page.objects.filter(depth=2, slug="home").delete()
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="cms", model="homepage"
    )
    home = apps.get_model("cms", "HomePage").objects.create(
        title="Home",
        draft_title="Home",
        slug="home",
        content_type=content_type,
        path="00010001",
        depth=2,
        numchild=0,
        url_path="/home/",
        show_in_menus=False,
        locale=apps.get_model("wagtailcore", "Locale").objects.first(),
    )
    Page.objects.filter(depth=1).update(numchild=1)
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "localhost", "port": 80, "root_page_id": home.pk, "site_name": ""}
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0002_library"),
        ("wagtailcore", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(make_groups, migrations.RunPython.noop),
        migrations.RunPython(make_home, migrations.RunPython.noop),
    ]
