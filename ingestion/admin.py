"""Imports in the admin, to look at; what can be done with them is on their own page."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from ingestion.models import Import, State


@admin.register(Import)
class ImportAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = (
        "file_name",
        "shown_state",
        "read",
        "written",
        "unchanged",
        "kept",
        "replaced",
        "rejected",
        "created_at",
        "created_by",
    )
    list_filter = ("state", "on_conflict", "created_at")
    list_fullwidth = True
    list_select_related = ("created_by",)
    search_fields = ("key", "id")
    show_full_result_count = False

    @display(  # type: ignore[untyped-decorator]
        description="State",
        ordering="state",
        label={
            State.DONE: "success",
            State.FAILED: "danger",
            State.CANCELLED: "warning",
            State.QUEUED: "info",
            State.PLANNING: "info",
            State.WRITING: "info",
        },
    )
    def shown_state(self, of: Import) -> str:
        return of.state

    @display(description="File", ordering="key")  # type: ignore[untyped-decorator]
    def file_name(self, of: Import) -> str:
        return of.file_name

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Import | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Import | None = None) -> bool:
        return False
