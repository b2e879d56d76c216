from django.db import migrations

from project.access.roles import make_roles


def make(apps, schema_editor):
    make_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("project", "0005_roles_and_kinds"), ("ingestion", "0015_formats")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
