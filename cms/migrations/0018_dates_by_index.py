from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0017_length_and_approach"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="assetpage",
            index=models.Index(
                condition=models.Q(("review_by__isnull", False)), fields=["review_by"], name="asset_by_review"
            ),
        ),
        # Wagtail has no index for when pages expire, which the calendar and the publisher ask every minute. When a later
        # migration of Wagtail rebuilds the table on SQLite this one is lost: slower then, and nothing else.
        migrations.RunSQL(
            "CREATE INDEX IF NOT EXISTS page_by_expiry ON wagtailcore_page (expire_at) WHERE expire_at IS NOT NULL",
            "DROP INDEX IF EXISTS page_by_expiry",
        ),
    ]
