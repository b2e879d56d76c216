"""The page of a kind's records, and the export of what it shows."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.errors import BadCursor
from common.pages.render import render_page
from common.rest.streaming import CSVRenderer, JSONLinesRenderer, attachment
from messages_app.kinds.access import Access, needs
from messages_app.pages import saved_views, table
from messages_app.pages.browse import nothing_found
from messages_app.pages.kind_pages import KindPages, pages_of
from messages_app.presentation import filter_form
from messages_app.presentation.active_filters import active_filters
from messages_app.presentation.calendar import Strip, newest_day, strip
from messages_app.presentation.export import csv_lines, exported_names, file_name, json_lines
from messages_app.presentation.filters import BY, Filters
from messages_app.presentation.relative import days_title, relative, spans
from messages_app.schema.schema import MESSAGES
from messages_app.store.paging import Page

PAGE_SIZE = 50
_EXPORTS = {
    CSVRenderer.format: ("CSV", csv_lines, CSVRenderer.media_type),
    JSONLinesRenderer.format: ("JSON lines", json_lines, JSONLinesRenderer.media_type),
}
# Parquet is made of columns (columns/pages/exports.py).
_LABELS = {name: label for name, (label, *_) in _EXPORTS.items()} | {"parquet": "Parquet"}
may_view = needs("view")


@require_safe
@never_cache
@login_required
@may_view
def records(request: HttpRequest, kind: str = MESSAGES) -> HttpResponse:
    """A page of records. Without any parameter it is the user's start view, else the newest day."""
    here = pages_of(kind)
    if not request.GET and (query := saved_views.start_query(request.user, kind)):
        return redirect(f"{request.path}?{query}")
    filters = _filters(request, here)
    cursor = request.GET.get("cursor", "")
    page, is_bad_cursor = _page(here, filters, cursor)
    context = {
        "title": here.title,
        "here": here,
        "may": Access(request.user, kind),
        "filters": filters,
        "is_bad_cursor": is_bad_cursor,
        "is_first": not cursor,
        **filters_context(filters, page),
        **days_context(here, filters),
        **_listing(here, filters, page),
        **_share(request, here, filters),
        **saved_views.menu(request.user, kind),
    }
    return render_page(
        request, "messages_app/browse/messages.html", context, 200 if page is not None else 400
    )


@require_safe
@login_required
@may_view
def export(request: HttpRequest, kind: str = MESSAGES) -> HttpResponseBase:
    """Every record that the parameters ask for, as a file."""
    here = pages_of(kind)
    filters = _filters(request, here)
    if filters.errors:  # the page tells them
        return redirect(here.records + filters.url())
    format_ = request.GET.get("format", "")
    format_ = format_ if format_ in _EXPORTS else CSVRenderer.format
    _, lines, media_type = _EXPORTS[format_]
    return attachment(
        lines(here.repository.all(filters.query), exported_names(here.kind)),
        f"{media_type}; charset=utf-8",
        f"{file_name(filters.query, kind)}.{format_}",
    )


def _filters(request: HttpRequest, here: KindPages) -> Filters:
    return Filters.from_query(request.GET, here.schema, here.kind.name)


def _page(here: KindPages, filters: Filters, cursor: str) -> tuple[Page | None, bool]:
    """The page, and whether its cursor was refused."""
    if filters.errors:
        return None, False
    try:
        return here.repository.page(filters.query, PAGE_SIZE, cursor or None), False
    except BadCursor:
        return None, True


def filters_context(filters: Filters, page: Page | None) -> dict[str, Any]:
    return {
        "groups": filter_form.groups(filters, page.records if page else []),
        "hidden": filter_form.hidden(filters),
        "active_filters": active_filters(filters),
        "all_url": filters.url_of_all(),
        "order": filters.data.get("order", ""),
    }


def days_context(here: KindPages, filters: Filters) -> dict[str, Any]:
    """The strip of days, and what is said of the day that is shown."""
    query = filters.query
    shown = date.fromisoformat(filters.day) if filters.day else None
    kind = here.kind.name
    around = date.fromisoformat(filters.day or query.date_to or query.date_from or newest_day(kind))
    days: Strip = strip(kind, around, shown, lambda day: _url_of_day(filters, day))
    return {
        "day": shown,
        "days_title": days_title(filters.data) if not filters.errors else "Days",
        "spans": spans(filters.data) if not filters.errors else [],
        "strip": days,
        "all_days_url": filters.url({"date": ""}),
        "one_day_url": _url_of_day(filters, around.isoformat()),
    }


def _url_of_day(filters: Filters, day: str) -> str:
    return filters.url({"date": day, "date_from": "", "date_to": ""})


def _counts(here: KindPages, filters: Filters, page: Page | None) -> dict[str, Any]:
    """How many records there are, as far as that is known without reading them."""
    total = nothing_found.count_of_days(here.kind.name, filters.query) if page else 0
    if page and filters.narrows:
        if page.records or page.cursor:
            return {}
        asks_for_texts = any(field.name in filters.data for field in filters.schema.texts)
        return {"looked_through": total, "asks_for_texts": asks_for_texts}
    return {"total": total if page and total >= len(page.records) else 0}


def _share(request: HttpRequest, here: KindPages, filters: Filters) -> dict[str, Any]:
    """The address of what is shown: of these days, and of days that move with the calendar."""
    if filters.errors:
        return {}
    moving = relative(filters.data, here.kind.name)
    return {
        "share_url": request.build_absolute_uri(here.records + filters.url()),
        "moving": moving,
        "moving_url": request.build_absolute_uri(
            f"{here.records}?{moving.query}" if moving else ""
        ),
    }


def _listing(here: KindPages, filters: Filters, page: Page | None) -> dict[str, Any]:
    """The table, its links, and the addresses of everything else that shows the same records."""
    is_newest_first = filters.query.newest_first
    return {
        "page": page,
        **_counts(here, filters, page),
        "columns": table.columns(filters.schema),
        "rows": table.rows(page.records, here) if page else [],
        "is_newest_first": is_newest_first,
        "order_url": filters.url({"order": "" if is_newest_first else "newest"}),
        "first_url": filters.url(),
        "previous_url": filters.url(cursor=page.previous) if page and page.previous else "",
        "next_url": filters.url(cursor=page.cursor) if page and page.cursor else "",
        "whole_day_url": filters.url({"time_from": "", "time_to": ""}),
        "chart_url": here.chart + filters.url(),
        "exports": [
            (label, here.export + filters.url(format=kind)) for kind, label in _LABELS.items()
        ],
        "by": filters.data.get(BY, ""),
        "by_choices": [(field.name, field.label) for field in filters.schema.texts],
    }
