"""The roles that people can have: groups with these permissions.

``migrate`` makes the groups (project/migrations/0002_roles.py). From then on they are ordinary
groups that the admin can change; a changed table here needs a migration that calls
:func:`make_roles` again, which only adds.
"""

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

_VIEWER = (
    "messages_app.view_message",
    "messages_app.view_kind",
    "ingestion.view_import",
    "ingestion.view_format",
    "silence.view_device",
)
_OPERATOR = (
    *_VIEWER,
    "messages_app.add_message",
    "messages_app.change_message",
    "messages_app.delete_message",
    "ingestion.add_import",
    "ingestion.change_import",
    "ingestion.add_format",
    "ingestion.change_format",
    "ingestion.delete_format",
    "silence.change_device",
    "columns.run_statement",
)
_ADMINISTRATOR = (
    *_OPERATOR,
    "ingestion.delete_import",
    "messages_app.add_kind",
    "messages_app.change_kind",
    "messages_app.delete_kind",
    *(
        f"{app}.{action}_{model}"
        for app, model in (("auth", "user"), ("auth", "group"), ("knox", "authtoken"))
        for action in ("view", "add", "change", "delete")
    ),
    "admin.view_logentry",
    "axes.view_accesslog",
    "axes.view_accessattempt",
    "axes.delete_accessattempt",
    "messages_app.view_auditentry",
    "notices.view_notice",
    "notices.change_notice",
    *(f"notices.{action}_webhook" for action in ("view", "add", "change", "delete")),
)

ROLES: dict[str, tuple[str, ...]] = {
    "viewer": _VIEWER,
    "operator": _OPERATOR,
    "administrator": _ADMINISTRATOR,
}


def make_roles(apps: Any, database: str) -> None:
    """Make the groups that are missing, and give each its permissions: those of the models that
    a migration knows, so that a later one can bring those of new models.

    ``apps`` are the models as a migration knows them. Django makes permissions only after the last
    migration, so those that a new database lacks are made here.
    """
    models = {(model._meta.app_label, model._meta.model_name) for model in apps.get_models()}  # noqa: SLF001 - Django's name for it
    for label in {app for app, _ in models} & {_parts(name)[0] for name in _ADMINISTRATOR}:
        create_permissions(installed.get_app_config(label), verbosity=0, using=database, apps=apps)
    groups = apps.get_model("auth", "Group").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    known = {
        (one.content_type.app_label, one.codename): one
        for one in permissions.select_related("content_type")
    }
    for role, names in ROLES.items():
        group, _ = groups.get_or_create(name=role)
        parts = [
            (app, codename) for app, codename, model in map(_parts, names) if (app, model) in models
        ]
        group.permissions.add(*(known[part] for part in parts))


def _parts(permission: str) -> tuple[str, str, str]:
    """Application, codename and model of a permission."""
    app, _, codename = permission.partition(".")
    return app, codename, codename.partition("_")[2]
