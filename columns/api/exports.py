"""Exports of records: Parquet, and CSV where it can be, from columns; all others from the table."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.renderers import BaseRenderer

from columns.asking.parquet import NotBuilt
from columns.asking.question import TooMuch
from columns.downloads import NOT_BUILT, csv_response, parquet_response
from columns.engine import readable
from common.rest.streaming import CSVRenderer, ParquetRenderer
from messages_app.api.records import RecordViewSet
from messages_app.api.views import FileAnswer, MessageViewSet
from messages_app.kinds.record_kind import RecordKind
from messages_app.presentation.export import exported_names
from messages_app.presentation.parameters import AskedRecords
from messages_app.presentation.record_json import field_names
from messages_app.schema.extra_columns import EXTRA_COLUMNS

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
            response = csv_response(self.kind, asked.query, fields)
            if response is not None:
                return response
        if renderer.format != ParquetRenderer.format:
            return super().exported(asked, renderer)  # type: ignore[misc, no-any-return]
        fields = asked.fields or field_names(self.kind.schema)
        if EXTRA_COLUMNS in fields:
            raise ValidationError({"fields": [ErrorDetail(_NO_EXTRA, "unknown")]})
        with answered():
            return parquet_response(self.kind, asked.query, fields)


class MessageExport(Exports, MessageViewSet):
    """Of messages."""


class RecordExport(Exports, RecordViewSet):
    """Of the records of any kind."""


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
