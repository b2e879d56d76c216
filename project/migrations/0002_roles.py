from django.db import migrations

from project.access.roles import make_roles


def make(apps, schema_editor):
    make_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("project", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("ingestion", "0001_initial"),
        ("knox", "0009_extend_authtoken_field"),
        ("messages_app", "0003_audit"),
    ]

    # Backwards the groups stay: people may be in them.
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
