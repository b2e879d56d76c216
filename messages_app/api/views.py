"""The API of records: translates requests into calls of the repository."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.settings import api_settings
from rest_framework.utils.urls import replace_query_param
from rest_framework.viewsets import GenericViewSet

from audit.actor import Actor, Channel
from common.errors import NotFound
from common.rest import json_schema
from common.rest.browsable import BrowsableAPIRenderer
from common.rest.pages import changed_url
from common.rest.streaming import CSVRenderer, JSONLinesRenderer, ParquetRenderer, attachment
from common.rest.strict import check_body, fault_of, read_body
from messages_app import models
from messages_app.api import batch
from messages_app.api.openapi import routes as documented
from messages_app.api.openapi.components import components
from messages_app.api.preconditions import is_unchanged, must_be_same, tagged
from messages_app.api.serializers import MessageSerializer
from messages_app.editing import Editor, audit_kind
from messages_app.kinds.access import Access
from messages_app.kinds.record_kind import BUILTIN, RecordKind
from messages_app.presentation.export import csv_lines, exported_names, file_name, json_lines
from messages_app.presentation.parameters import AskedRecords, RecordsPageQuery, RecordsQuery
from messages_app.presentation.record_json import record_as_json
from messages_app.schema import timestamps
from messages_app.schema.record import Record
from messages_app.schema.schema import Schema
from messages_app.schema.validation import Invalid
from messages_app.store.repository import RecordRepository

_TIME = re.compile(json_schema.RECORD_TIME_IN_ADDRESS["pattern"])
_TO_THE_SECOND = len("10:55:09")
_FILES = (CSVRenderer, JSONLinesRenderer, ParquetRenderer)
FileAnswer = StreamingHttpResponse | FileResponse


@documented.messages
class MessageViewSet(GenericViewSet[Any]):
    """Messages by date and time, both UTC."""

    permission_model = models.Message
    throttle_scope: str | None = None
    api_tag = "messages"

    @cached_property
    def kind(self) -> RecordKind:
        """The kind of the records. Raises NotFound."""
        return BUILTIN

    @property
    def repository(self) -> RecordRepository:
        return self.kind.repository

    @property
    def records(self) -> Schema:
        """The fields of the records."""
        return self.kind.schema

    def address(self, route: str, *arguments: str) -> str:
        """Of a route of these records, such as ``s`` of all and ``s-batch``."""
        return reverse(f"api-message{route}", arguments, request=self.request)

    @property
    def query_serializer(self) -> RecordsQuery | None:
        """What the query string of the action takes, for the OpenAPI document."""
        kind = {"list": RecordsPageQuery, "export": RecordsQuery}.get(self.action)
        return kind(self.records) if kind else None

    @property
    def api_components(self) -> json_schema.JSONSchema:
        """The bodies of the OpenAPI document."""
        return components(self.records)

    def get_serializer(self, *args: Any, **kwargs: Any) -> MessageSerializer:
        return MessageSerializer(self.records, *args, **kwargs)

    def get_extra_action_url_map(self) -> dict[str, str]:
        """Where the browsable API leads from the list."""
        routes = {"Batch": "s-batch", "Export": "s-export"}
        links = {name: self.address(route) for name, route in routes.items()}
        return links if self.suffix == "List" else {}

    def list(self, request: Request) -> Response:
        """List records.

        Records by date and time, page by page. Parameters can be combined, and an unknown one is
        an error. Follow `next` until it is null; records that are added or deleted meanwhile do
        not shift the pages.

        For example `?date=2019-05-28&time_from=10:00&time_to=11:00`, or
        `?date_from=2019-05-01&date_to=2019-05-31&page_size=1000`.
        """
        asked = RecordsPageQuery.for_schema(self.records).read(request.query_params)
        page = self.repository.page(asked.query, asked.page_size, asked.cursor)
        results = [record_as_json(record) for record in page.records]
        if asked.fields is not None:
            results = [_only(asked.fields, result) for result in results]
        return Response({"next": changed_url(request, "cursor", page.cursor), "results": results})

    def create(self, request: Request) -> Response:
        """Make a record.

        Nothing is overwritten. Sent again, the same record is answered with 200.
        """
        serializer = self.get_serializer(data=request.data)
        check_body(serializer)
        record = serializer.new_record
        is_new = self._editor.insert(record)
        if not is_new:
            record = self.repository.get(*record.key) or record
        response = _response(record, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)
        response["Location"] = self.address("", *record.key)
        return response

    @action(detail=False, methods=["post"], name="Batch of messages")
    def batch(self, request: Request) -> Response:
        """Write many records.

        Up to 1,000 records without a file. Each has its own outcome, and a wrong record does not
        stop the others. Sent again, the same batch changes nothing. To `replace` records you need
        the permission to change them.
        """
        on_conflict = read_body(batch.BatchSerializer(data=request.data))["on_conflict"]
        if on_conflict == "replace" and not Access(request.user, self.kind.name).change:
            raise PermissionDenied("To replace records you need the permission to change them.")
        # As they were sent: what was validated of them is only that they are objects.
        items: Any = request.data
        results = batch.write(self.repository, items["messages"], on_conflict)
        receipt = batch.receipt_of(results)
        kind = audit_kind(self.kind.name)
        self._actor.log("wrote a batch", kind, "", on_conflict=on_conflict, receipt=receipt)
        return Response({"receipt": receipt, "results": results})

    @action(
        detail=False,
        name="Export",
        renderer_classes=(*_FILES, BrowsableAPIRenderer),
        throttle_scope="exports",
    )
    def export(self, request: Request) -> Response | FileAnswer:
        """Export records.

        Every record that the parameters match, as one file of any length: CSV that can be imported
        again (`?format=csv` or `Accept: text/csv`), a JSON object a line (`?format=jsonl` or
        `Accept: application/x-ndjson`), or Parquet (`?format=parquet` or
        `Accept: application/vnd.apache.parquet`). In Parquet numbers are right to 15 digits, the
        first column `_at` is the moment, and there are no extra columns; the answer is 503 while
        days that changed a moment ago are too large to be read at once: try again in a few minutes,
        or use CSV.
        """
        asked = RecordsQuery.for_schema(self.records).read(request.query_params)
        renderer = request.accepted_renderer
        if isinstance(renderer, BrowsableAPIRenderer):
            return Response(_links(request))
        return self.exported(asked, renderer)

    def exported(self, asked: AskedRecords, renderer: BaseRenderer) -> FileAnswer:
        """The file of an export in a format of text; columns/api/exports.py has those in others."""
        lines = csv_lines if renderer.format == CSVRenderer.format else json_lines
        return attachment(
            lines(self.repository.all(asked.query), asked.fields or exported_names(self.kind)),
            f"{renderer.media_type}; charset=utf-8",
            f"{file_name(asked.query, self.kind.name)}.{renderer.format}",
        )

    def retrieve(self, request: Request, date: str, time: str) -> Response:
        """Read a record.

        By its date and time, or the beginning of its time.
        """
        found = self._found(date, time)
        if len(found) > 1:
            return _several(found)
        if is_unchanged(request, found[0]):
            return tagged(Response(status=status.HTTP_304_NOT_MODIFIED), found[0])
        return _response(found[0])

    def update(self, request: Request, date: str, time: str) -> Response:
        """Replace a record's fields.

        All fields except those of its key. Its origin stays.
        """
        return self._change(request, date, time, is_partial=False)

    def partial_update(self, request: Request, date: str, time: str) -> Response:
        """Change some of a record's fields.

        Fields that are not sent stay as they are.
        """
        return self._change(request, date, time, is_partial=True)

    def destroy(self, request: Request, date: str, time: str) -> Response:
        """Delete a record.

        It cannot be restored.
        """
        found = self._found(date, _to_the_second(time))
        if len(found) > 1 or found[0].is_conflict_copy(time):
            return _several(found)
        is_bound = must_be_same(request, found[0])
        self._editor.delete(found[0], only_if_same=is_bound)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, date: str, time: str, *, is_partial: bool) -> Response:
        found = self._found(date, _to_the_second(time))
        if len(found) > 1:
            return _several(found)
        [record] = found
        serializer = self.get_serializer(record, data=request.data, partial=is_partial)
        check_body(serializer)
        is_bound = must_be_same(request, record)
        values = serializer.values
        if values:
            record = self._editor.update(record, values, only_if_same=is_bound)
        return _response(record)

    def _found(self, date: str, time: str) -> Sequence[Record]:
        """At least one record. Raises NotFound."""
        try:
            date = timestamps.clean_date(date)
        except Invalid as error:
            raise ValidationError({"date": [fault_of(error)]}) from error
        found = self.repository.lookup(date, time) if _TIME.fullmatch(time) else []
        if not found:
            raise NotFound(f"There is no record with the date {date} and a time that begins {time}")
        return found

    @property
    def _actor(self) -> Actor:
        return Actor.from_request(self.request, Channel.API)

    @property
    def _editor(self) -> Editor:
        return Editor(self.repository, self._actor)


def _only(fields: Sequence[str], record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name in fields}


def _response(record: Record, code: int = status.HTTP_200_OK) -> Response:
    return tagged(Response(record_as_json(record), code), record)


def _several(found: Sequence[Record]) -> Response:
    """The time was given as a prefix, which does not tell for sure what is meant."""
    return Response(
        {
            "detail": "These records have times that begin so; give one of these times in full.",
            "results": [record_as_json(record) for record in found],
        },
        status.HTTP_300_MULTIPLE_CHOICES,
    )


def _to_the_second(time: str) -> str:
    """What is to be changed has to be named more closely than what is only looked at."""
    if len(time) < _TO_THE_SECOND:
        sentence = "must be given to the second, like 10:55:09"
        raise ValidationError({"time": [ErrorDetail(sentence, "not_a_time")]})
    return time


def _links(request: Request) -> dict[str, str]:
    """Where a browser that asked for a page gets the files."""
    here = request.build_absolute_uri()
    return {
        kind.format: replace_query_param(here, api_settings.URL_FORMAT_OVERRIDE, kind.format)
        for kind in _FILES
    }
