from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "ingestion"
    verbose_name = "Ingestion"

    def ready(self) -> None:
        # Models are there only now.
        from ingestion.presentation import import_of_records  # noqa: PLC0415
        from messages_app.schema import imports  # noqa: PLC0415

        imports.learn_from(import_of_records.find)
