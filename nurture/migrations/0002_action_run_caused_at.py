from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("nurture", "0001_contacts_rules_mail_sales")]

    operations = [
        migrations.AddField(
            "actionrun", "caused_at", models.DateTimeField(default=timezone.now), preserve_default=False
        ),
        migrations.RemoveIndex("actionrun", "action_run_again"),
        migrations.AddIndex(
            "actionrun", models.Index(fields=["rule", "contact", "-caused_at"], name="action_run_again")
        ),
    ]
