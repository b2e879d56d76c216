from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingestion', '0003_chunk_new_by_date'),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=300, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('listener', 'Listener'), ('worker', 'Worker')], max_length=10)),
                ('at', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
