"""Which values there are to filter by: parts of the page of records that are loaded when they are
asked for, and pages of their own without scripts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from columns.asking import values as asking
from columns.asking.ask import QueryResult
from columns.asking.question import TooMuch
from columns.asking.values import Histogram, TextValues
from columns.engine import EngineError
from columns.pages.numbers import shown
from columns.pages.ranking.asked import OWN
from common.pages.htmx import is_htmx
from common.pages.render import render_page
from common.pages.text import shortened
from messages_app.kinds.access import needs
from messages_app.pages.kind_pages import KindPages, pages_of
from messages_app.presentation.filters import Filters
from messages_app.presentation.parameters import MAX, MIN
from messages_app.schema.schema import MESSAGES, Field

Found = TypeVar("Found")
# What is typed, and the page whose links are made.
SEARCH, FOR, RANKING = "search", "for", "ranking"
_LONGEST_SEARCH = 200
_NOT_NOW = "The files of these days cannot be read at the moment: try again in a minute"


@require_safe
@never_cache
@login_required
@needs("view")
def values(request: HttpRequest, kind: str = MESSAGES) -> HttpResponse:
    """The values of each field with their counts; of numbers, how they are spread."""
    here, filters = pages_of(kind), _filters(request, kind)
    search = request.GET.get(SEARCH, "").strip()[:_LONGEST_SEARCH]
    context = _context(here, filters, request) | {"search": search}
    if not filters.errors:
        context |= _tried(lambda: asking.values(here.kind, filters.query, search))
    if read := context.get("answer"):
        base, by_name = context["base"], here.schema.by_name
        context["texts"] = [
            _Listed(by_name[one.name], one, filters, base)
            for one in read.found.texts
            if one.values or not search
        ]
        context["histograms"] = [
            _Drawn(by_name[one.name], one, filters, base) for one in read.found.numbers
        ]
    return _answer(request, "columns/values/_values.html", context)


@require_safe
@never_cache
@login_required
@needs("view")
def near(request: HttpRequest, kind: str = MESSAGES) -> HttpResponse:
    """Where no record matches: the values that are most like those that were asked for."""
    here, filters = pages_of(kind), _filters(request, kind)
    context = _context(here, filters, request)
    wanted = {
        field.name: str(filters.data[field.name])
        for field in here.schema.texts
        if field.name in filters.data
    }
    if wanted and not filters.errors:
        days = replace(filters.query, filters={}, ranges={}, without=(), import_id="")
        context |= _tried(lambda: asking.near(here.kind, days, wanted))
    if read := context.get("answer"):
        context["offers"] = [
            (f"{here.schema.by_name[name].label}: {shortened(value)}", filters.url({name: value}))
            for name, some in read.found.items()
            for value in some.values
        ]
        context["are_like"] = any(some.are_like for some in read.found.values())
    return _answer(request, "columns/values/_near.html", context)


@dataclass(frozen=True)
class _Listed:
    """The values of a text field, with the address of the records that have each."""

    field: Field
    found: TextValues
    filters: Filters
    base: str

    @property
    def more(self) -> int:
        return self.found.total - len(self.found.values)

    @property
    def values(self) -> list[tuple[str, int, str, bool]]:
        name = self.field.name
        chosen = self.filters.data.getlist(name)
        return [
            (value, count, self.base + self.filters.url({name: value}), value in chosen)
            for value, count in self.found.values
        ]


@dataclass(frozen=True)
class _Drawn:
    """The bars of a histogram, each with the address of the records that are in it."""

    field: Field
    found: Histogram
    filters: Filters
    base: str

    @property
    def low(self) -> str:
        return shown(self.found.low)

    @property
    def high(self) -> str:
        return shown(self.found.high)

    @property
    def bars(self) -> list[dict[str, Any]]:
        low, width = self.found.low, (self.found.high - self.found.low) / asking.BINS
        maximum = max(self.found.counts)
        return [
            {
                "x": place * 10,
                "height": round(40 * count / maximum, 1),
                "y": round(40 - 40 * count / maximum, 1),
                "said": f"{shown(low + place * width)} to {shown(low + (place + 1) * width)}:"
                f" {count:,}",
                "url": self._url(low + place * width, low + (place + 1) * width),
            }
            for place, count in enumerate(self.found.counts)
            if count
        ]

    def _url(self, low: float, high: float) -> str:
        name = self.field.name
        return self.base + self.filters.url({name + MIN: repr(low), name + MAX: repr(high)})


def _filters(request: HttpRequest, kind: str) -> Filters:
    own = OWN if request.GET.get(FOR) == RANKING else ()
    return Filters.from_query(request.GET, pages_of(kind).schema, kind, own)


def _context(here: KindPages, filters: Filters, request: HttpRequest) -> dict[str, Any]:
    is_ranking = request.GET.get(FOR) == RANKING
    base = here.ranking if is_ranking else here.records
    return {
        "title": here.title,
        "here": here,
        "filters": filters,
        "base": base,
        "back_url": base + filters.url(),
        "kept": [
            *((name, value) for name in filters.data for value in filters.data.getlist(name)),
            *([(FOR, RANKING)] if is_ranking else []),
        ],
    }


def _tried(ask: Callable[[], QueryResult[Found]]) -> dict[str, Any]:
    """The answer, or why there is none."""
    try:
        return {"answer": ask()}
    except TooMuch as error:
        return {"refused": str(error)}
    except (EngineError, OSError):
        return {"refused": _NOT_NOW}


def _answer(request: HttpRequest, part: str, context: dict[str, Any]) -> HttpResponse:
    if is_htmx(request):
        return render(request, part, context)
    return render_page(request, "columns/values/page.html", context | {"part": part})
