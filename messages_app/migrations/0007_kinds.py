"""Kinds; days and saved views of a kind. Those that there are belong to the built-in one.

The key of a day was its date, and no database can change a key in place: the rows are copied.
"""

import django.db.models.deletion
from django.db import migrations, models


def copy_days(apps, schema_editor):
    old, new = apps.get_model("messages_app", "OldDay"), apps.get_model("messages_app", "Day")
    alias = schema_editor.connection.alias
    days = old.objects.using(alias).values_list("date", "count")
    made = (new(kind="messages", date=date, count=count) for date, count in days.iterator())
    new.objects.using(alias).bulk_create(made, batch_size=500)


def copy_back(apps, schema_editor):
    old, new = apps.get_model("messages_app", "OldDay"), apps.get_model("messages_app", "Day")
    alias = schema_editor.connection.alias
    days = new.objects.using(alias).filter(kind="messages").values_list("date", "count")
    old.objects.using(alias).bulk_create(
        (old(date=date, count=count) for date, count in days), batch_size=500
    )


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0006_audit_inbox")]

    operations = [
        migrations.CreateModel(
            name="Kind",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True)),
                ("label", models.CharField(max_length=80)),
                ("version", models.PositiveIntegerField(default=1)),
                ("fingerprint", models.CharField(db_index=True, max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="KindVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("definition", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("created_by", models.CharField(max_length=150)),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="messages_app.kind",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "number"), name="one_version_a_number")
                ],
            },
        ),
        migrations.RenameModel("Day", "OldDay"),
        migrations.CreateModel(
            name="Day",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(default="messages", max_length=40)),
                ("date", models.CharField(max_length=10)),
                ("count", models.BigIntegerField(default=0)),
            ],
            options={
                "ordering": ["date"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "date"), name="one_day_a_kind")
                ],
            },
        ),
        migrations.RunPython(copy_days, copy_back),
        migrations.DeleteModel("OldDay"),
        migrations.RemoveConstraint("savedview", "one_view_a_name"),
        migrations.RemoveConstraint("savedview", "one_start_an_owner"),
        migrations.AddField(
            "savedview", "kind", models.CharField(default="messages", max_length=40)
        ),
        migrations.AddConstraint(
            "savedview",
            models.UniqueConstraint(fields=("owner", "kind", "name"), name="one_view_a_name"),
        ),
        migrations.AddConstraint(
            "savedview",
            models.UniqueConstraint(
                fields=("owner", "kind"),
                condition=models.Q(("is_start", True)),
                name="one_start_an_owner",
            ),
        ),
        migrations.AlterField("auditentry", "kind", models.CharField(max_length=60)),
        migrations.AlterField("auditentry", "target", models.CharField(max_length=600)),
    ]
