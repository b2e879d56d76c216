"""Exports of records: Parquet, and CSV where it can be, from columns; all others from the table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.http import FileResponse
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.renderers import BaseRenderer

from columns.asking.csv_file import csv_of
from columns.asking.parquet import NotBuilt, parquet_of
from columns.asking.question import TooMuch
from columns.engine import readable
from common.rest.streaming import CSVRenderer, ParquetRenderer
from messages_app.api.export import exported_names, file_name
from messages_app.api.parameters import AskedRecords
from messages_app.api.records import RecordViewSet
from messages_app.api.serializers import field_names
from messages_app.api.views import FileAnswer, MessageViewSet
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.extra_columns import EXTRA_COLUMNS
from messages_app.store.query import Query

NOT_BUILT = (
    "Some of these days changed lately, and their columns are not written again yet. Try"
    " again in a few minutes, ask for other days, or use CSV"
)
_NO_EXTRA = "extra columns are not in Parquet files: leave them out, or use CSV"


class NotBuiltYet(APIException):
    """Retry-After tells when it may be worth another try."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "not_built"
    default_detail = f"{NOT_BUILT}."
    wait = 60


class Exports:
    """What exports in Parquet add to the view of a kind's records."""

    kind: RecordKind

    def exported(self, asked: AskedRecords, renderer: BaseRenderer) -> FileAnswer:
        if renderer.format == CSVRenderer.format:
            fields = asked.fields or exported_names(self.kind)
            response = csv_answer(self.kind, asked.query, fields)
            if response is not None:
                return response
        if renderer.format != ParquetRenderer.format:
            return super().exported(asked, renderer)  # type: ignore[misc, no-any-return]
        fields = asked.fields or field_names(self.kind.schema)
        if EXTRA_COLUMNS in fields:
            raise ValidationError({"fields": [ErrorDetail(_NO_EXTRA, "unknown")]})
        with answered():
            return parquet_answer(self.kind, asked.query, fields)


class MessageExport(Exports, MessageViewSet):
    """Of messages."""


class RecordExport(Exports, RecordViewSet):
    """Of the records of any kind."""


def parquet_answer(kind: RecordKind, query: Query, fields: tuple[str, ...]) -> FileResponse:
    """A file to download, of a length that is known. Raises what parquet_of() does."""
    file = parquet_of(kind, query, fields)
    return _download(file, kind, query, ParquetRenderer.format, ParquetRenderer.media_type)


def csv_answer(kind: RecordKind, query: Query, fields: tuple[str, ...]) -> FileResponse | None:
    """The same in CSV. None where the table is to be asked."""
    file = csv_of(kind, query, fields)
    if file is None:
        return None
    media_type = f"{CSVRenderer.media_type}; charset=utf-8"
    return _download(file, kind, query, CSVRenderer.format, media_type)


def _download(
    file: BinaryIO, kind: RecordKind, query: Query, ending: str, media_type: str
) -> FileResponse:
    name = f"{file_name(query, kind.name)}.{ending}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=media_type)


@contextmanager
def answered() -> Iterator[None]:
    """What cannot be answered is a problem of the API."""
    try:
        with readable():
            yield
    except NotBuilt as error:
        raise NotBuiltYet from error
    except TooMuch as error:
        fault = {"date_from": [ErrorDetail(str(error), "too_much")]}
        raise ValidationError(fault) from error
