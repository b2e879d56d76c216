from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "messages_app"
    verbose_name = "Data"

    def ready(self) -> None:
        # Models are there only now.
        from messages_app.kinds import registry  # noqa: PLC0415
        from messages_app.kinds.access import Access, viewable  # noqa: PLC0415
        from notices import audience, names  # noqa: PLC0415

        audience.checked_by(lambda user, kind: Access(user, kind).view)
        names.known_by("kind", lambda user: viewable(user, registry.names()))
