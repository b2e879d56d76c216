"""The audit trail in the admin, and the admin whose changes go into it."""

from audit.admin import trail

__all__ = ["trail"]
