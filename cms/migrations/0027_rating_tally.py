from django.db import migrations, models
from django.db.models import Count, Q


def count(apps, schema_editor):
    """One row for each piece that anybody has rated so far."""
    rated = apps.get_model("cms", "Rating").objects.order_by().values("asset")
    counted = rated.annotate(total=Count("pk"), useful=Count("pk", filter=Q(value=1)))
    tally = apps.get_model("cms", "RatingTally")
    rows = (tally(asset_id=row["asset"], total=row["total"], useful=row["useful"]) for row in counted.iterator())
    tally.objects.bulk_create(rows, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("cms", "0026_writers_use_pictures_and_files")]

    operations = [
        migrations.CreateModel(
            name="RatingTally",
            fields=[
                (
                    "asset",
                    models.OneToOneField(
                        on_delete=models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rating_tally",
                        serialize=False,
                        to="cms.assetpage",
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("useful", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
