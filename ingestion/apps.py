from typing import Any

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "ingestion"
    verbose_name = "Ingestion"

    def ready(self) -> None:
        # Models are there only now.
        from ingestion.formats.models import Format  # noqa: PLC0415
        from ingestion.presentation import import_of_records  # noqa: PLC0415
        from messages_app.schema import imports  # noqa: PLC0415
        from notices import names  # noqa: PLC0415

        imports.learn_from(import_of_records.find)
        names.known_by("format", lambda user: _format_names(Format, user))


def _format_names(formats: Any, user: Any) -> list[str]:
    found = formats.objects.filter(is_retired=False).values_list("name", flat=True)
    return list(found) if user.has_perm("ingestion.view_format") else []
