"""Imports know the order of an object's versions, and count rows that a newer one has."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0010_deleted_import")]

    operations = [
        migrations.AddField(
            "import",
            "sequencer",
            models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            "import",
            "modified_at",
            models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField("import", "outdated", models.BigIntegerField(default=0)),
        migrations.AddField("chunk", "outdated", models.BigIntegerField(default=0)),
    ]
