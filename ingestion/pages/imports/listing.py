"""The list of imports: filters, a search, and pages in both directions."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.pages.render import render_page
from common.paging import keyset
from ingestion.models import AT_WORK, HAS_OPEN_REJECTS, Import
from ingestion.pages import links
from ingestion.pages.forms import RUNNING_STATES, ImportFilterForm
from ingestion.pages.permissions import may_view
from ingestion.presentation.dates import start_of_day
from ingestion.presentation.import_detail import any_running

_PAGE_SIZE = 30


@require_safe
@never_cache
@login_required
@may_view
def imports(request: HttpRequest) -> HttpResponse:
    """Newest first. ``after`` and ``before`` name the import next to the page."""
    form = ImportFilterForm(request.GET)
    context = {"title": "Imports", "form": form, **links.states(form, request.GET)}
    if not form.is_valid():
        return render_page(request, "ingestion/imports/imports.html", context, 400)
    page = _page(request, form)
    context |= {
        **_rows(request, page, form),
        "newer_url": links.link(request.GET, before=page.imports[0].pk) if page.has_newer else "",
        "older_url": links.link(request.GET, after=page.imports[-1].pk) if page.has_older else "",
        "newest_url": links.link(request.GET),
    }
    return render_page(request, "ingestion/imports/imports.html", context)


@require_safe
@never_cache
@login_required
@may_view
def import_rows(request: HttpRequest) -> HttpResponse:
    """The table alone, which asks for itself while somebody looks."""
    form = ImportFilterForm(request.GET)
    if not form.is_valid():
        raise Http404("This list of imports does not exist.")
    context = _rows(request, _page(request, form), form)
    return render(request, "ingestion/imports/_imports_table.html", context)


@dataclass(frozen=True, slots=True)
class _Page:
    imports: list[Import]
    has_newer: bool
    has_older: bool


def _rows(request: HttpRequest, page: _Page, form: ImportFilterForm) -> dict[str, Any]:
    query = request.GET.urlencode()
    return {
        "imports": page.imports,
        "is_filtered": any(form.cleaned_data.values()),
        "is_live": any_running(page.imports),
        "rows_url": "import-rows",
        "rows_query": f"?{query}" if query else "",
    }


def _page(request: HttpRequest, form: ImportFilterForm) -> _Page:
    """The page that was asked for. The newest one instead of one that has grown too short."""
    found = _matching(form.cleaned_data)
    if before := request.GET.get("before"):
        page = _before(found, _named(before))
        if page.has_newer:
            return page
    elif after := request.GET.get("after"):
        return _after(found, _named(after))
    listed = list(found.order_by(*keyset.NEWEST_FIRST)[: _PAGE_SIZE + 1])
    return _Page(listed[:_PAGE_SIZE], False, len(listed) > _PAGE_SIZE)


def _after(found: QuerySet[Import], last: Import) -> _Page:
    listed = list(keyset.older(found, last.created_at, last.pk)[: _PAGE_SIZE + 1])
    return _Page(listed[:_PAGE_SIZE], bool(listed), len(listed) > _PAGE_SIZE)


def _before(found: QuerySet[Import], first: Import) -> _Page:
    listed = list(keyset.newer(found, first.created_at, first.pk)[: _PAGE_SIZE + 1])
    return _Page(listed[:_PAGE_SIZE][::-1], len(listed) > _PAGE_SIZE, True)


def _named(pk: str) -> Import:
    try:
        return Import.objects.only("created_at").get(pk=UUID(pk))
    except (ValueError, Import.DoesNotExist):
        raise Http404("This page of imports does not exist.") from None


def _matching(data: dict[str, Any]) -> QuerySet[Import]:
    found = Import.objects.defer("layout")
    if state := data["state"]:
        found = found.filter(state__in=AT_WORK if state == RUNNING_STATES else [state])
    if data["has_rejects"]:
        found = found.filter(HAS_OPEN_REJECTS)
    if data["kind"]:
        found = found.filter(kind=data["kind"])
    if data["on_conflict"]:
        found = found.filter(on_conflict=data["on_conflict"])
    if data["created_from"]:
        found = found.filter(created_at__gte=start_of_day(data["created_from"]))
    if data["created_to"]:
        found = found.filter(created_at__lt=start_of_day(data["created_to"] + timedelta(days=1)))
    if data["search"]:
        # Not in the folders alone: those of uploads have dates and random letters.
        found = found.filter(key__iregex=f"{re.escape(data['search'])}[^/]*$")
    return found
