"""Records in the admin: Django's own pages over the repository. No record is ever in SQL."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from audit.admin.base import StaffAdmin
from audit.models import AuditEntry
from common.admin.outside_sql import OutsideSQL
from common.errors import Conflict, Expired, NotFound, PreconditionFailed
from messages_app import models
from messages_app.admin import columns
from messages_app.admin.record_form import AdminRecordForm, record_form
from messages_app.admin.record_list import (
    KIND,
    ChosenRecords,
    RecordList,
    facade,
    find,
    kind_of,
    kind_of_key,
)
from messages_app.editing import Editor, audit_kind
from messages_app.kinds.access import Access, check_access
from messages_app.kinds.record_kind import RecordKind
from messages_app.presentation.export import csv_lines, exported_names
from messages_app.schema.schema import MESSAGES, Schema


@admin.register(models.Message)
class RecordAdmin(StaffAdmin, OutsideSQL):
    """Changes are bound to the record that was seen: of two people who change one, the second is
    told, and nothing is overwritten unseen."""

    list_before_template = "messages_app/admin/record_filters.html"
    list_fullwidth = True
    list_disable_select_all = True
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    actions = ("delete_selected",)
    audit_kind = "message"
    is_target_key = True
    change_form_template = "messages_app/admin/record.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(super().has_view_permission(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._access(request, obj).view

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._access(request).add

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._access(request, obj).change

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._access(request, obj).delete

    def get_list_display(self, request: HttpRequest) -> Any:
        return columns.moment, *columns.listed(kind_of(request).schema), columns.origin

    def get_queryset(self, request: HttpRequest) -> Any:
        return ChosenRecords()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RecordList]:
        return RecordList

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        return find(object_id)

    def export_lines(self, listed: RecordList) -> Iterator[str]:
        if listed.filters.errors:
            raise Http404("No records can match this query.")
        records = listed.kind.repository.all(listed.filters.query)
        return csv_lines(records, exported_names(listed.kind))

    def get_fieldsets(self, request: HttpRequest, obj: models.Message | None = None) -> Any:
        schema = self._schema(request, obj)
        if obj is None:
            return [(None, {"fields": schema.names})]
        is_input = self.has_change_permission(request, obj)
        changeable = schema.changeable
        fields = [field.name if is_input else columns.of_field(field) for field in changeable]
        extra = (columns.extra,) if obj.record is not None and obj.record.extra else ()
        return [(None, {"fields": (*_fixed(schema), *fields, *extra)})]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Message | None = None) -> Any:
        return (*_fixed(self._schema(request, obj)), columns.extra) if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kind = self._kind_for(request, obj)
        fields = kind.schema.changeable if change else kind.schema.fields
        kwargs["form"] = record_form(kind, fields)
        return super().get_form(request, obj, change, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (Conflict, Expired, NotFound, PreconditionFailed):
            # Somebody was quicker, between the look at the record and the write. With another
            # look the form itself says so.
            return super().changeform_view(request, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Any, form: AdminRecordForm, change: bool
    ) -> None:
        kind = self._kind_for(request, obj if change else None)
        if not change:
            obj.key = facade(form.new_record, kind).key
            if not self._editor(request, kind).insert(form.new_record):
                messages.info(request, "An equal record was there already, and stays as it is.")
        elif changes := form.changes_of(obj.record):
            self._editor(request, kind).update(obj.record, changes, only_if_same=True)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        key = unquote(object_id)
        kind, _ = kind_of_key(key)
        check_access(request.user, kind.name, "delete")
        if request.method != "POST" and find(key) is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        response = self._delete(request, ChosenRecords([key]), kind)
        return response or redirect(_list_url(kind))

    @admin.action(description="Delete selected records", permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: ChosenRecords) -> Any:
        return self._delete(request, queryset, kind_of(request))

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> Any:
        return redirect(_list_url(kind_of(request)))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> Any:
        return redirect(_list_url(self._kind_for(request, obj)))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The editor does it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The editor does it."""

    def entries_of(self, key: str) -> QuerySet[AuditEntry]:
        kind, moment = kind_of_key(key)
        return AuditEntry.objects.filter(kind=audit_kind(kind.name), target=moment)

    def _delete(
        self, request: HttpRequest, chosen: ChosenRecords, kind: RecordKind
    ) -> HttpResponse | None:
        """Asks first; then deletes those that are as they were when it asked."""
        for name in chosen.kinds:  # the keys that were sent may be of any
            check_access(request.user, name, "view", "delete")
        if "confirmed" not in request.POST:
            return self._ask(request, chosen, kind)
        seen, deleted, left = set(request.POST.getlist("etag")), 0, 0
        for record in chosen:
            if record.record is not None and self._is_deleted(request, record, seen):
                deleted += 1
            else:
                left += 1
        if deleted:
            messages.success(request, f"{_records(deleted)} deleted.")
        left = max(left, len(seen) - deleted)
        if left:
            why = "changed or deleted by somebody since you were asked"
            messages.warning(request, f"{_records(left)} not deleted: {why}.")
        return None

    def _is_deleted(self, request: HttpRequest, message: Any, seen: set[str]) -> bool:
        if message.record.etag() not in seen:
            return False
        try:
            self._editor(request, message.kind).delete(message.record, only_if_same=True)
        except (NotFound, PreconditionFailed):
            return False
        return True

    def _ask(self, request: HttpRequest, chosen: ChosenRecords, kind: RecordKind) -> HttpResponse:
        listed = columns.listed(kind.schema)
        context = {
            **self.admin_site.each_context(request),
            "title": "Delete records",
            "opts": self.opts,
            "noun": "record",
            "rows": [(one, [column(one) for column in listed]) for one in chosen],
            "labels": [field.heading for field in kind.schema.columns],
            "list_url": _list_url(kind),
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "messages_app/admin/delete_records.html", context)

    def _editor(self, request: HttpRequest, kind: RecordKind) -> Editor:
        return Editor(kind.repository, self.actor(request))

    def _kind_for(self, request: HttpRequest, obj: models.Message | None) -> RecordKind:
        """Of a record, or of the new one that an address asks for."""
        return obj.kind if obj is not None and obj.kind is not None else kind_of(request)

    def _access(self, request: HttpRequest, obj: models.Message | None = None) -> Access:
        """By the name alone: pages that say that there is no such kind ask for it too."""
        kind = obj.kind if obj is not None else None
        name = kind.name if kind is not None else request.GET.get(KIND, "") or MESSAGES
        return Access(request.user, name)

    def _schema(self, request: HttpRequest, obj: models.Message | None) -> Schema:
        return self._kind_for(request, obj).schema


def _fixed(schema: Schema) -> tuple[columns.Column, ...]:
    """What stays when a record is changed."""
    names = (schema.time_field, *schema.identity)
    fields = [columns.of_field(schema.by_name[name]) for name in names]
    return columns.moment, *fields, columns.origin


def _list_url(kind: RecordKind) -> str:
    url = reverse("admin:messages_app_message_changelist")
    return url if kind.is_builtin else f"{url}?{KIND}={kind.name}"


def _records(count: int) -> str:
    return f"{count} record was" if count == 1 else f"{count} records were"
