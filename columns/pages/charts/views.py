"""What the chart on the page of a kind's records is drawn from."""

from http import HTTPStatus

import structlog
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from columns.asking.days import states_of
from columns.asking.over_time import OverTime, over_time
from columns.asking.question import TooMuch
from columns.engine import EngineError
from columns.pages.charts.drawn import drawn, measures_of
from columns.pages.charts.overview import overview
from messages_app.kinds.access import needs
from messages_app.pages.kind_pages import KindPages, pages_of
from messages_app.presentation.filters import Filters
from messages_app.schema.schema import MESSAGES

log = structlog.get_logger(__name__)
# The parameter that names the one number to draw, where there are many. No field is named so.
MEASURE = "_measure"


@require_safe
@never_cache
@login_required
@needs("view")
def chart_json(request: HttpRequest, kind: str = MESSAGES) -> HttpResponse:
    """What is drawn above the table, for the same parameters."""
    here = pages_of(kind)
    filters = Filters.from_query(request.GET, here.schema, kind)
    if filters.errors:
        return JsonResponse({"errors": filters.errors}, status=HTTPStatus.BAD_REQUEST)
    measures = measures_of(here.schema, filters.by, request.GET.get(MEASURE, ""))
    try:
        names = [field.name for field in measures]
        found = over_time(here.kind, filters.query, filters.by, names)
    except TooMuch as error:
        return JsonResponse({"error": f"{error}."}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except (EngineError, OSError) as error:
        log.warning("a chart cannot be made", kind=kind, error=type(error).__name__)
        sentence = "The records of these days cannot be summed up at the moment."
        return JsonResponse({"error": sentence}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    content = drawn(found, _late(here, filters, found), here.schema, filters.by, measures)
    for group, line in zip(content["groups"], found.lines, strict=True):
        group["url"] = here.records + filters.url_of_group(line.name or "") if filters.by else ""
    content["ranking"] = here.ranking + filters.url()
    content["overview"] = overview(kind, filters.query)
    return JsonResponse(content)


def _late(here: KindPages, filters: Filters, found: OverTime) -> list[str]:
    if found.is_complete:
        return []
    states = states_of(here.kind, filters.query)
    return [state.date for state in states if not state.is_current]
