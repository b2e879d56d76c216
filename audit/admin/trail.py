"""The audit trail in the admin: who did what, by page, API and admin."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from unfold.decorators import display

from audit.admin.base import ReadOnlyAdmin
from audit.admin.entry_lines import lines
from audit.models import AuditEntry

_CHANNELS = {
    AuditEntry.Channel.PAGE: "info",
    AuditEntry.Channel.API: "warning",
    AuditEntry.Channel.ADMIN: "success",
    AuditEntry.Channel.INBOX: "primary",
}


@admin.register(AuditEntry)
class TrailAdmin(ReadOnlyAdmin):
    list_display = ("at", "user_name", "action", "kind", "target", "shown_channel")
    list_filter = ("channel", "action", "kind", "at")
    list_fullwidth = True
    search_fields = ("user_name", "target")
    search_help_text = "User, or what it was done to"
    fields = (
        "at",
        "user_name",
        "shown_channel",
        "action",
        "kind",
        "target",
        "shown_detail",
        "request_id",
    )
    export_columns = (
        "at",
        "user_name",
        "channel",
        "action",
        "kind",
        "target",
        "detail",
        "request_id",
    )

    @display(description="Through", ordering="channel", label=_CHANNELS)  # type: ignore[untyped-decorator]
    def shown_channel(self, entry: AuditEntry) -> str:
        return entry.channel

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """An entry has no history: it is one."""
        context = {"show_history": False, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def detail(self, entry: AuditEntry) -> str:
        """As the file has it."""
        return json.dumps(entry.detail, ensure_ascii=False)

    @admin.display(description="Detail")
    def shown_detail(self, entry: AuditEntry) -> str:
        return render_to_string("messages_app/admin/entry_detail.html", {"lines": lines(entry)})
