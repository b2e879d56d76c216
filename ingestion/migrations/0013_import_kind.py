from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0012_inbox")]

    operations = [
        migrations.AddField(
            "import", "kind", models.CharField(default="messages", max_length=40)
        ),
        migrations.AddField("import", "kind_version", models.PositiveIntegerField(default=0)),
        migrations.AddField("import", "is_kind_said", models.BooleanField(default=False)),
    ]
