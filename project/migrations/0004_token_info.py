import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("knox", "0009_extend_authtoken_field"),
        ("project", "0003_roles_see_logins"),
    ]

    operations = [
        migrations.CreateModel(
            name="TokenInfo",
            fields=[
                (
                    "token",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="info",
                        serialize=False,
                        to="knox.authtoken",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=80)),
                ("last_used", models.DateTimeField(blank=True, null=True)),
            ],
            options={"default_permissions": ()},
        ),
    ]
