from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.admin import apps as admin_apps
from django.contrib.admin import autodiscover
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core.checks import CheckMessage, Tags, register


class ProjectConfig(AppConfig):
    name = "project"
    default = True

    def ready(self) -> None:
        # Tasks are sent through it. What runs without Django, such as the embedded AWS, starts
        # without it: it takes longer to load than all else there.
        from project import celery  # noqa: F401, PLC0415
        from project.settings import checks  # noqa: F401, PLC0415 - they register themselves
        from project.settings.private_file import make_private  # noqa: PLC0415

        make_private(settings.DATABASES["default"])
        _name_models()


# What screens call the models of others, which have words of their own.
_NAMES = (
    ("knox", "AuthToken", "API token"),
    ("axes", "AccessLog", "login"),
    ("axes", "AccessAttempt", "failed login"),
)


def _name_models() -> None:
    for app, model, name in _NAMES:
        options: Any = apps.get_model(app, model)._meta  # noqa: SLF001 - public, for all its underscore
        options.verbose_name, options.verbose_name_plural = name, f"{name}s"
        options.app_config.verbose_name = "Access"


class AdminConfig(admin_apps.SimpleAdminConfig):
    """Django's, but what the apps have for the admin is loaded with the pages (project/urls.py):
    workers, the listener and most commands show none."""

    default = False

    def ready(self) -> None:
        register(check_dependencies, Tags.admin)
        register(_check_admin, Tags.admin)


def _check_admin(**options: Any) -> list[CheckMessage]:
    autodiscover()
    return check_admin_app(**options)
