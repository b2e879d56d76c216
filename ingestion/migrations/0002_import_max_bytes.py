from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="max_bytes",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["state", "-created_at"], name="import_newest_in_state"),
        ),
    ]
