"""Messages and the audit trail in Django's admin, and what all its lists have in common."""

from messages_app.admin import records, trail

__all__ = ["records", "trail"]
