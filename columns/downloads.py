"""Records, and results of statements, as files to download: the API and the pages give the same."""

from typing import BinaryIO

from django.http import FileResponse

from columns.asking.csv_file import csv_of
from columns.asking.parquet import parquet_of
from columns.asking.question import moment_text
from columns.asking.sql.running import Result
from common.rest.streaming import CSVRenderer, ParquetRenderer
from messages_app.kinds.record_kind import RecordKind
from messages_app.presentation.export import file_name
from messages_app.store.query import Query

NOT_BUILT = (
    "Some of these days changed lately, and their columns are not written again yet. Try"
    " again in a few minutes, ask for other days, or use CSV"
)
BUSY = "Others are running statements. Try again in a few seconds"
# Of results, by the format that is asked for.
MEDIA_TYPES = {"csv": CSVRenderer.media_type, "parquet": ParquetRenderer.media_type}


def parquet_response(kind: RecordKind, query: Query, fields: tuple[str, ...]) -> FileResponse:
    """A file to download, of a length that is known. Raises what parquet_of() does."""
    file = parquet_of(kind, query, fields)
    return _response(file, kind, query, ParquetRenderer.format, ParquetRenderer.media_type)


def csv_response(kind: RecordKind, query: Query, fields: tuple[str, ...]) -> FileResponse | None:
    """The same in CSV. None where the table is to be asked."""
    file = csv_of(kind, query, fields)
    if file is None:
        return None
    media_type = f"{CSVRenderer.media_type}; charset=utf-8"
    return _response(file, kind, query, CSVRenderer.format, media_type)


def result_response(result: Result, format_: str) -> FileResponse:
    """The result of a statement."""
    response = FileResponse(
        result.file,
        as_attachment=True,
        filename=f"result.{format_}",
        content_type=MEDIA_TYPES[format_],
    )
    response["As-Of"] = moment_text(result.as_of)
    response["Complete"] = str(result.is_complete).lower()
    return response


def _response(
    file: BinaryIO, kind: RecordKind, query: Query, ending: str, media_type: str
) -> FileResponse:
    name = f"{file_name(query, kind.name)}.{ending}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=media_type)
