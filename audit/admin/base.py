"""The admin of whatever staff look after: in unfold's look, audited, with its list as a file."""

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.db import DataError
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin as UnfoldAdmin

from audit.admin.audited import AuditedAdmin
from common.admin.csv_export import ExportedAdmin

# A number or a moment in an address that the database cannot have (the year 0, 10²⁰). Django looks
# for such faults only before it asks the database.
_OUT_OF_RANGE = (OverflowError, ValueError, DataError)


class StaffAdmin(UnfoldAdmin, AuditedAdmin, ExportedAdmin):  # type: ignore[misc]
    """Each action asks for its own permission; to be staff opens the admin and nothing in it."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        try:
            return super().get_changelist_instance(request)
        except _OUT_OF_RANGE as error:
            raise IncorrectLookupParameters from error

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        try:
            return super().get_object(request, object_id, from_field)
        except _OUT_OF_RANGE:
            return None


class ReadOnlyAdmin(StaffAdmin):
    """What happened: nobody adds to it, changes it or takes it back."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
