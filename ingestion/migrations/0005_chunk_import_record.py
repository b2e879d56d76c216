"""A chunk's import has the name ``import_record``. Rows stay as they are: the column is renamed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0004_heartbeat")]

    operations = [
        migrations.RemoveConstraint("chunk", "one_chunk_a_number"),
        migrations.RenameField("chunk", "of", "import_record"),
        migrations.AddConstraint(
            "chunk",
            models.UniqueConstraint(fields=["import_record", "number"], name="one_chunk_a_number"),
        ),
    ]
