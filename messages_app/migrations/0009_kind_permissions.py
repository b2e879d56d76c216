from typing import Any

from django.db import migrations


def make(apps: Any, _: Any) -> None:
    """The permissions of kinds that were made before there were such."""
    from messages_app.kinds.access import make_permissions

    for name, label in apps.get_model("messages_app", "Kind").objects.values_list("name", "label"):
        make_permissions(name, label)


class Migration(migrations.Migration):
    dependencies = [
        ("messages_app", "0008_extra_kept"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
