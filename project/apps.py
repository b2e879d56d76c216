from django.apps import AppConfig
from django.conf import settings


class ProjectConfig(AppConfig):
    name = "project"

    def ready(self) -> None:
        # They register themselves.
        from project.access import token_openapi  # noqa: F401, PLC0415
        from project.settings import checks  # noqa: F401, PLC0415
        from project.settings.private_file import make_private  # noqa: PLC0415

        make_private(settings.DATABASES["default"])
