"""The admin of whatever staff look after: in unfold's look, audited, with its list as a file."""

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin as UnfoldAdmin

from audit.admin.audited import AuditedAdmin
from common.admin.csv_export import ExportedAdmin


class StaffAdmin(UnfoldAdmin, AuditedAdmin, ExportedAdmin):  # type: ignore[misc]
    """Each action asks for its own permission; to be staff opens the admin and nothing in it."""


class ReadOnlyAdmin(StaffAdmin):
    """What happened: nobody adds to it, changes it or takes it back."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
