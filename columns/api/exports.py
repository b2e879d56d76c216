"""Exports of records: those in formats of text come from the table, Parquet from columns."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import FileResponse
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.renderers import BaseRenderer

from columns.asking.parquet import NotBuilt, parquet_of
from columns.asking.question import TooMuch
from columns.engine import EngineError
from common.errors import ServiceError
from common.rest.streaming import ParquetRenderer
from messages_app.api.export import file_name
from messages_app.api.parameters import Asked
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

    def exported(self, asked: Asked, renderer: BaseRenderer) -> FileAnswer:
        if renderer.format != ParquetRenderer.format:
            return super().exported(asked, renderer)  # type: ignore[misc, no-any-return]
        fields = asked.fields or field_names(self.kind.schema)
        if EXTRA_COLUMNS in fields:
            raise ValidationError({"fields": [ErrorDetail(_NO_EXTRA, "unknown")]})
        with _answered():
            return parquet_answer(self.kind, asked.query, fields)


class MessageExport(Exports, MessageViewSet):
    """Of messages."""


class RecordExport(Exports, RecordViewSet):
    """Of the records of any kind."""


def parquet_answer(kind: RecordKind, query: Query, fields: tuple[str, ...]) -> FileResponse:
    """A file to download, of a length that is known. Raises what parquet_of() does."""
    return FileResponse(
        parquet_of(kind, query, fields),
        as_attachment=True,
        filename=f"{file_name(query, kind.name)}.{ParquetRenderer.format}",
        content_type=ParquetRenderer.media_type,
    )


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except NotBuilt as error:
        raise NotBuiltYet from error
    except TooMuch as error:
        fault = {"date_from": [ErrorDetail(str(error), "too_much")]}
        raise ValidationError(fault) from error
    except (EngineError, OSError) as error:
        sentence = "The files of these days cannot be read at the moment"
        raise ServiceError(sentence, type(error).__name__, permanent=False) from error
