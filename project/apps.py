from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "project"

    def ready(self) -> None:
        # They register themselves.
        from project import api_token_scheme, checks  # noqa: F401, PLC0415
