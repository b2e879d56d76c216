from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messages_app', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Day',
            fields=[
                ('date', models.CharField(max_length=10, primary_key=True, serialize=False)),
                ('count', models.BigIntegerField(default=0)),
            ],
            options={
                'ordering': ['date'],
                'default_permissions': (),
            },
        ),
    ]
