from django.db import migrations

from project.access.roles import make_roles


def make(apps, schema_editor):
    make_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("project", "0008_roles_and_devices"), ("columns", "0002_statement")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
