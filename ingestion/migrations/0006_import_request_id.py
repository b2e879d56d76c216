"""An import knows the request that it came by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0005_chunk_import_record")]

    operations = [
        migrations.AddField(
            "import",
            "request_id",
            models.CharField(blank=True, default="", editable=False, max_length=128),
        ),
    ]
