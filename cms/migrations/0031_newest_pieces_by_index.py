from django.db import migrations


def add_index(apps, schema_editor):
    """Every list of the site is newest first with undated pieces last, an order that PostgreSQL cannot read off the
    index of dates that Wagtail has. SQLite can. A list is then as long as what it shows, not as the library."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX IF NOT EXISTS page_by_newest"
            " ON wagtailcore_page (first_published_at DESC NULLS LAST, id DESC) WHERE live"
        )


def remove_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS page_by_newest")


class Migration(migrations.Migration):
    dependencies = [("cms", "0030_quotes_of_profiles")]

    operations = [migrations.RunPython(add_index, remove_index)]
