"""Every list of the admin as a CSV file, with the filters, the search and the order that it has."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone

from common.csv_output import csv_line, escape
from common.rest.streaming import attachment

_CHUNK = 500
# Without it spreadsheets take UTF-8 for something else.
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


class ExportedAdmin(ModelAdmin):  # type: ignore[type-arg]
    """Who may see the list may have it as a file."""

    # Fields of the model, and methods of the admin that take an object.
    export_columns: tuple[str, ...] = ()
    change_list_template = "messages_app/admin/list.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name=name), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        plural = str(self.opts.verbose_name_plural)
        context = {"title": plural[:1].upper() + plural[1:], **(extra_context or {})}
        return super().changelist_view(request, context)

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        try:
            listed = self.get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise Http404("This list does not exist.") from error
        name = f"{self.opts.verbose_name_plural}-{timezone.now():%Y-%m-%d}.csv".replace(" ", "-")
        lines = self.export_lines(listed)
        return attachment(_marked(lines), "text/csv; charset=utf-8", name)

    def export_lines(self, listed: Any) -> Iterator[str]:
        """The lines of the file; ``listed`` is the ChangeList."""
        yield csv_line(self.export_columns)
        for obj in listed.queryset.iterator(chunk_size=_CHUNK):
            yield csv_line(_cell(self._value(obj, name)) for name in self.export_columns)

    def _value(self, obj: Model, name: str) -> Any:
        own = getattr(self, name, None)
        return own(obj) if callable(own) else getattr(obj, name)


def _marked(lines: Iterable[str]) -> Iterator[str]:
    yield _BYTE_ORDER_MARK
    yield from lines


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat()
    return escape(str(value))
