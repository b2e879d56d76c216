from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingestion', '0002_import_max_bytes'),
    ]

    operations = [
        migrations.AddField(
            model_name='chunk',
            name='new_by_date',
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
