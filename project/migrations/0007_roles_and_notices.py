from django.db import migrations

from project.access.roles import make_roles


def make(apps, schema_editor):
    make_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("project", "0006_roles_and_formats"),
        ("notices", "0002_rules_and_notices"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
