from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "project"

    def ready(self) -> None:
        # They register themselves.
        from project.access import token_openapi  # noqa: F401, PLC0415
        from project.settings import checks  # noqa: F401, PLC0415
