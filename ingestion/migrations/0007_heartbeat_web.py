"""The web says too that it can write to the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0006_import_request_id")]

    operations = [
        migrations.AlterField(
            "heartbeat",
            "kind",
            models.CharField(
                choices=[("listener", "Listener"), ("worker", "Worker"), ("web", "Web")],
                max_length=10,
            ),
        ),
    ]
