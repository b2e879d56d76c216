from django.db import migrations

from project.access.roles import make_roles


def make(apps, schema_editor):
    make_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("project", "0004_token_info"), ("messages_app", "0007_kinds")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
