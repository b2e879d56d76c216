"""The export of what a page of records shows."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from columns.asking.parquet import NotBuilt
from columns.asking.question import TooMuch
from columns.downloads import NOT_BUILT, csv_response, parquet_response
from columns.engine import NOT_NOW, EngineError
from common.rest.streaming import CSVRenderer, ParquetRenderer
from messages_app.kinds.access import needs
from messages_app.pages.browse import views as browse
from messages_app.pages.kind_pages import KindPages, pages_of
from messages_app.presentation.export import exported_names
from messages_app.presentation.filters import Filters
from messages_app.presentation.record_json import field_names
from messages_app.schema.schema import MESSAGES


@require_safe
@login_required
@needs("view")
def export(request: HttpRequest, kind: str = MESSAGES) -> HttpResponseBase:
    """Every record that the parameters ask for, as a file: Parquet, or what the table gives. What
    cannot be made is told on the page."""
    here = pages_of(kind)
    filters = Filters.from_query(request.GET, here.schema, here.kind.name)
    if request.GET.get("format") != ParquetRenderer.format or filters.errors:
        return _of_text(request, here, filters) or browse.export(request, kind=kind)
    try:
        return parquet_response(here.kind, filters.query, field_names(here.schema))
    except NotBuilt:
        sentence = NOT_BUILT
    except TooMuch as error:
        sentence = str(error)
    except (EngineError, OSError):
        sentence = NOT_NOW
    messages.error(request, f"No Parquet file was made. {sentence}.")
    return redirect(here.records + filters.url())


def _of_text(request: HttpRequest, here: KindPages, filters: Filters) -> HttpResponseBase | None:
    """CSV from columns, if it is asked for and can be made."""
    if request.GET.get("format", CSVRenderer.format) != CSVRenderer.format or filters.errors:
        return None
    return csv_response(here.kind, filters.query, exported_names(here.kind))
