"""Answers of any length as files: formats to ask for, and a body that is made while it is sent."""

from collections.abc import Iterable, Iterator
from itertools import chain

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from common.rest.exact_json import ExactJSONRenderer

_BLOCK = 64 * 1024


class StreamedRenderer(ExactJSONRenderer):
    """A format that clients can ask for by ``Accept`` or ``?format=``.

    The view answers with :func:`attachment`, which is not rendered. Anything else is JSON.
    """


class CSVRenderer(StreamedRenderer):
    """``?format=csv`` or ``Accept: text/csv``."""

    media_type = "text/csv"
    format = "csv"


class JSONLinesRenderer(StreamedRenderer):
    """``?format=jsonl`` or ``Accept: application/x-ndjson``: one JSON object a line."""

    media_type = "application/x-ndjson"
    format = "jsonl"


class ParquetRenderer(StreamedRenderer):
    """``?format=parquet`` or ``Accept: application/vnd.apache.parquet``."""

    media_type = "application/vnd.apache.parquet"
    format = "parquet"


def attachment(pieces: Iterable[str], content_type: str, file_name: str) -> StreamingHttpResponse:
    """A file to download, made while it is sent, in memory of one block.

    The first block is made at once: a ServiceError up to there is raised here and can still be
    answered as one; a later one breaks the connection off, so that no part is taken for the whole.
    """
    blocks = _blocks(pieces)
    first = next(blocks, b"")
    response = StreamingHttpResponse(chain((first,), blocks), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, file_name) or ""
    return response


def _blocks(pieces: Iterable[str]) -> Iterator[bytes]:
    """The text in UTF-8; small pieces are sent together."""
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            yield _encoded(waiting)
            waiting, size = [], 0
    if waiting:
        yield _encoded(waiting)


def _encoded(pieces: list[str]) -> bytes:
    # Half a surrogate pair, which UTF-8 cannot hold, must not break a long answer off.
    return "".join(pieces).encode("utf-8", "backslashreplace")
