"""Imports in the admin: to find, to look at, to cancel, to run again, to delete."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.decorators import display

from audit.actor import IMPORT_KIND
from audit.admin.base import ReadOnlyAdmin
from common.admin.numbers import number
from ingestion.models import Chunk, Import, Receipt, State
from ingestion.presentation import import_detail
from ingestion.presentation.template_filters import state_word
from ingestion.rejects import download as rejects_file
from ingestion.running import audit_log, lifecycle
from ingestion.running.ended import deletion
from ingestion.running.tasks import CeleryQueue

_RECEIPT = tuple(Receipt().as_dict())
# By the word that is shown.
_LABELS = {
    State.DONE: "success",
    State.FAILED: "danger",
    State.CANCELLED: "warning",
    State.WAITING: "warning",
    State.HELD: "warning",
    State.QUEUED: "info",
    State.PLANNING: "info",
    State.WRITING: "info",
    State.UNDOING.label: "info",
    State.UNDONE.label: "warning",
}


class RejectsFilter(admin.SimpleListFilter):
    title = "rejected rows"
    parameter_name = "has_rejects"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Some"), ("no", "None")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() == "yes":
            return queryset.filter(rejected__gt=0)
        return queryset.filter(rejected=0) if self.value() == "no" else queryset


class ChunkInline(TabularInline):  # type: ignore[misc]
    """A page of the chunks; a large file has thousands."""

    model = Chunk
    per_page = 20
    fields = readonly_fields = (
        *("number", "first_line", "lines", "is_done"),
        *map(number, _RECEIPT),
        "fault",
    )
    can_delete = False
    extra = max_num = 0
    hide_title = True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("ingestion.view_import")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """What an import says of itself is never edited; what can be done with it are actions."""

    audit_kind = IMPORT_KIND
    is_target_key = True
    list_display = (
        "file_name",
        "shown_state",
        "shown_progress",
        *map(number, _RECEIPT),
        "created_at",
        "created_by",
    )
    list_filter = ("state", "dry_run", "kind", "on_conflict", RejectsFilter, "created_at")
    list_fullwidth = True
    list_select_related = ("created_by",)
    search_help_text = "Part of the key, or the id of an import"
    search_fields = ("key",)
    list_per_page = 50
    fields = (
        "shown_state",
        "error_code",
        "error_detail",
        "shown_object",
        "version_id",
        "bytes_total",
        "lines_planned",
        "on_conflict",
        "dry_run",
        "encoding",
        "created_by",
        "created_at",
        "finished_at",
        "id",
    )
    inlines = (ChunkInline,)
    change_form_outer_before_template = "ingestion/admin/import.html"
    actions = ("cancel", "run_again", "download_rejects", "delete_selected")
    export_columns = (
        *("id", "bucket", "key", "state", "on_conflict", "encoding", "bytes_total", "bytes_done"),
        *("chunks_total", "chunks_done", *_RECEIPT, "error_code", "error_detail"),
        *("created_at", "finished_at", "created_by"),
    )

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Asked for each action."""
        return request.user.has_perm("ingestion.change_import")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("ingestion.delete_import")

    @display(description="State", ordering="state", label=_LABELS)  # type: ignore[untyped-decorator]
    def shown_state(self, import_: Import) -> str:
        return state_word(import_)

    @admin.display(description="Progress")
    def shown_progress(self, import_: Import) -> str:
        return format_html(
            '<span class="nowrap">{} %</span> <span class="quiet nowrap">{} of {} chunks</span>',
            *(import_.percent, import_.chunks_done, import_.chunks_total),
        )

    @admin.display(description="File", ordering="key")
    def file_name(self, import_: Import) -> str:
        return import_.file_name

    @admin.display(description="Object")
    def shown_object(self, import_: Import) -> str:
        return f"s3://{import_.bucket}/{import_.key}"

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        try:
            return queryset.filter(pk=UUID(search_term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        import_ = self.get_object(request, unquote(object_id))
        whole = (
            {**import_detail.whole(import_, ""), **import_detail.rejected(import_)}
            if import_
            else {}
        )
        whole["may_act"] = self.has_act_permission(request)
        return super().change_view(request, object_id, form_url, {**whole, **(extra_context or {})})

    @admin.action(description="Cancel", permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: "QuerySet[Import]") -> HttpResponseBase | None:
        chosen = list(queryset)
        done = [import_ for import_ in chosen if lifecycle.cancel(import_)]
        for import_ in done:
            audit_log.log(self.actor(request), audit_log.CANCELLED, import_)
        _tell(request, len(done), len(chosen), "cancelled", "ended already")
        return _back(request, chosen)

    @admin.action(description="Run again", permissions=["act"])
    def run_again(
        self, request: HttpRequest, queryset: "QuerySet[Import]"
    ) -> HttpResponseBase | None:
        chosen, done = list(queryset), 0
        for import_ in chosen:
            if lifecycle.run_again(import_, CeleryQueue()):
                before = {"state": import_.state, "error": import_.error_code}
                audit_log.log(self.actor(request), audit_log.RESTARTED, import_, **before)
                done += 1
        _tell(request, done, len(chosen), "started again", "cannot be run again in their state")
        return _back(request, chosen)

    @admin.action(description="Download rejects (of one)", permissions=["act"])
    def download_rejects(
        self, request: HttpRequest, queryset: "QuerySet[Import]"
    ) -> HttpResponseBase | None:
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            messages.warning(
                request, "Select one import: each import has its own file of rejected rows."
            )
            return None
        try:
            return rejects_file.download(chosen[0])
        except Http404 as none:
            messages.info(request, str(none))
            return None

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        if not self.has_delete_permission(request):
            raise PermissionDenied
        import_ = self.get_object(request, unquote(object_id))
        if import_ is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        response = self._delete(request, [import_])
        return response or redirect("admin:ingestion_import_changelist")

    @admin.action(description="Delete selected imports", permissions=["delete"])
    def delete_selected(
        self, request: HttpRequest, queryset: "QuerySet[Import]"
    ) -> HttpResponseBase | None:
        return self._delete(request, list(queryset))

    def _delete(self, request: HttpRequest, chosen: list[Import]) -> HttpResponseBase | None:
        """Asks first."""
        if "confirmed" not in request.POST:
            return self._ask(request, chosen)
        done = [import_ for import_ in chosen if deletion.delete(import_)]
        for import_ in done:
            audit_log.deleted(self.actor(request), import_)
        _tell(
            request, len(done), len(chosen), "deleted", "running, or rows are still being written"
        )
        return None

    def _ask(self, request: HttpRequest, chosen: list[Import]) -> HttpResponseBase:
        context = {
            **self.admin_site.each_context(request),
            "title": "Delete imports",
            "opts": self.opts,
            "noun": "import",
            "rows": chosen,
            "list_url": reverse("admin:ingestion_import_changelist"),
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "ingestion/admin/delete.html", context)


def _tell(request: HttpRequest, done: int, chosen: int, log: str, why_not: str) -> None:
    if done:
        messages.success(request, f"{_imports(done)} {log}.")
    if left := chosen - done:
        messages.warning(request, f"{_imports(left)} left alone: {why_not}.")


def _imports(count: int) -> str:
    return "1 import was" if count == 1 else f"{count} imports were"


def _back(request: HttpRequest, chosen: list[Import]) -> HttpResponseBase | None:
    """To the import itself, where the action was begun on its own page."""
    if "one" in request.POST and chosen:
        return redirect("admin:ingestion_import_change", chosen[0].pk)
    return None
