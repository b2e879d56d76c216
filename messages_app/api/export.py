"""All records that a query matches, as one file of any length."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import simplejson
from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from common.csv_output import escape
from common.rest.browsable import BrowsableAPIRenderer
from common.rest.streaming import CSVRenderer, JSONLinesRenderer, attachment
from messages_app import models
from messages_app.api.openapi import routes
from messages_app.api.parameters import Parameters
from messages_app.api.serializers import ORIGIN, message_as_json
from messages_app.schema.record import Message
from messages_app.schema.types import as_text
from messages_app.store.query import Query
from messages_app.store.repository import message_repository

# In a file of cells the origin has two of them.
_ORIGIN_COLUMNS = ("import", "line")


@routes.export
class ExportView(APIView):
    """Every record that the query matches, streamed."""

    name = "Export of messages"
    permission_model = models.Message
    throttle_scope = "exports"
    renderer_classes = (CSVRenderer, JSONLinesRenderer, BrowsableAPIRenderer)

    def get(self, request: Request) -> Response | StreamingHttpResponse:
        repository = message_repository()
        data = Parameters(request.query_params, repository.schema, with_pages=False)
        if isinstance(request.accepted_renderer, BrowsableAPIRenderer):
            return Response(_links(request))
        messages = repository.all(data.query)
        kind = request.accepted_renderer.format
        lines = csv_lines if kind == CSVRenderer.format else json_lines
        return attachment(
            lines(messages, data.fields),
            f"{request.accepted_renderer.media_type}; charset=utf-8",
            f"{file_name(data.query)}.{kind}",
        )


def _links(request: Request) -> dict[str, str]:
    """Where a browser that asked for a page gets the files."""
    here = request.build_absolute_uri()
    return {
        kind.format: replace_query_param(here, api_settings.URL_FORMAT_OVERRIDE, kind.format)
        for kind in (CSVRenderer, JSONLinesRenderer)
    }


def csv_lines(messages: Iterable[Message], fields: tuple[str, ...]) -> Iterator[str]:
    """CSV with a header, safe to open in a spreadsheet, and good to be imported again."""
    yield _csv_line([name for field in fields for name in _columns(field)])
    for message in messages:
        yield _csv_line([cell for field in fields for cell in _cells(message, field)])


def json_lines(messages: Iterable[Message], fields: tuple[str, ...]) -> Iterator[str]:
    """A JSON object a line, as lists of messages have them."""
    for message in messages:
        whole = message_as_json(message)
        shown = {name: whole[name] for name in fields}
        yield simplejson.dumps(shown, use_decimal=True, ensure_ascii=False) + "\n"


def file_name(query: Query) -> str:
    """``messages-2019-05-28``, without the ending."""
    dates = [query.date] if query.date else [query.date_from, query.date_to]
    return "-".join(["messages", *(date for date in dates if date)])


def _columns(field: str) -> tuple[str, ...]:
    return _ORIGIN_COLUMNS if field == ORIGIN else (field,)


def _cells(message: Message, field: str) -> tuple[Any, ...]:
    if field == ORIGIN:
        origin = message.origin
        return (origin.import_id, origin.line) if origin else ("", "")
    if field in message.values:
        return (escape(as_text(message.values[field])),)
    return (getattr(message, field),)


def _csv_line(cells: list[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
