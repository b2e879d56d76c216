from django.db import migrations

from project.access.roles import make_roles


def make(apps, schema_editor):
    make_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("project", "0002_roles"), ("axes", "0010_accessattemptexpiration")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
