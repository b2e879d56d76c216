"""Records in Django's admin."""

from messages_app.admin import records

__all__ = ["records"]
