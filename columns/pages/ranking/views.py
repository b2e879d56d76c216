"""The groups of the records that a query matches, one below the other."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from columns.asking.question import SummaryQuestion, TooMuch
from columns.asking.ranking import PAGE_SIZE, Ranking, rank
from columns.engine import readable
from columns.pages.ranking import spans
from columns.pages.ranking.asked import (
    BEFORE,
    COMPARE,
    MEASURE,
    OWN,
    SORT,
    Asked,
    asked_of,
)
from columns.pages.ranking.table import LABELS, rows_of
from common.pages.render import render_page
from messages_app.kinds.access import needs
from messages_app.pages.browse.views import days_context, filters_context
from messages_app.pages.kind_pages import KindPages, pages_of
from messages_app.presentation.filters import BY, Filters
from messages_app.presentation.parameters import WITHOUT
from messages_app.schema.schema import MESSAGES


@require_safe
@never_cache
@login_required
@needs("view")
def ranking(request: HttpRequest, kind: str = MESSAGES) -> HttpResponse:
    """All groups, sorted by any of their numbers; those of the span before beside them."""
    here = pages_of(kind)
    filters = Filters.from_query(request.GET, here.schema, kind, OWN)
    asked = asked_of(request.GET, filters)
    context = {
        "title": here.title,
        "here": here,
        "filters": filters,
        "records_url": here.records + _without_own(filters).url(),
        "form_url": here.ranking,
        "asked": asked,
        **filters_context(filters, None),
        **days_context(here, filters),
        **_choices(here, filters, asked),
    }
    status = 200
    if filters.errors or not asked.by:
        status = 400 if filters.errors else 200
    else:
        try:
            context |= _table(here, filters, asked)
        except TooMuch as error:
            context["too_much"] = str(error)
            status = 400
    return render_page(request, "columns/ranking/ranking.html", context, status)


def _table(here: KindPages, filters: Filters, asked: Asked) -> dict[str, Any]:
    """Raises TooMuch and ServiceError."""
    query = filters.query
    bucket = spans.bucket_of(here.kind.name, query)
    before = spans.before(query) if asked.compares else None
    question = SummaryQuestion(query, asked.by, asked.measure, bucket)
    with readable():
        found = rank(here.kind, question, asked.order, asked.page, before)
    rows = rows_of(found, bucket, compares=before is not None)
    plain = _without_own(filters)
    return {
        "ranking": found,
        "before": before,
        "rows": [(row, here.records + _url_of(plain, asked.by, row.name)) for row in rows],
        "heads": _heads(filters, asked),
        **_pages(filters, found, asked.page),
    }


def _choices(here: KindPages, filters: Filters, asked: Asked) -> dict[str, Any]:
    schema = here.schema
    measure = schema.by_name.get(asked.measure)
    comparing = "" if asked.compares else BEFORE
    return {
        "by_choices": [(field.name, field.label) for field in schema.texts],
        "by_label": schema.by_name[asked.by].label if asked.by else "",
        "measure": measure,
        "measures": [
            (field.label, filters.url({MEASURE: field.name}), field.name == asked.measure)
            for field in schema.measures
        ],
        "compare_url": filters.url({COMPARE: comparing}),
        "can_compare": not filters.errors and spans.before(filters.query) is not None,
    }


def _heads(filters: Filters, asked: Asked) -> list[dict[str, str]]:
    """The heads of the columns, each with the link that sorts by it."""
    labels = {"name": filters.schema.by_name[asked.by].label, **LABELS, "last": "Last seen (UTC)"}
    return [_head(filters, asked, column, label) for column, label in labels.items()]


def _head(filters: Filters, asked: Asked, column: str, label: str) -> dict[str, str]:
    is_sorted, descends = column == asked.order.column, asked.order.descending
    turned = not descends if is_sorted else column != "name"
    return {
        "column": column,
        "label": label,
        "url": filters.url({SORT: f"{'-' if turned else ''}{column}"}),
        "sort": ("descending" if descends else "ascending") if is_sorted else "",
    }


def _pages(filters: Filters, found: Ranking, page: int) -> dict[str, Any]:
    last = max(1, -(-found.total // PAGE_SIZE))
    return {
        "previous_url": filters.url(page=str(page - 1)) if page > 1 else "",
        "next_url": filters.url(page=str(page + 1)) if page < last else "",
    }


def _without_own(filters: Filters) -> Filters:
    return Filters(filters.data, filters.schema)


def _url_of(plain: Filters, by: str, name: str | None) -> str:
    """The records of a group."""
    narrowed = {WITHOUT: by} if name is None else {by: name}
    return plain.url({**narrowed, BY: ""})
