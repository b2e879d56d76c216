"""Builds the file of a day: its records are read from the table, written down as they come, and
made a Parquet file in one go.

Harmless to repeat, to kill at any moment, and to run twice at once: see columns/files.py.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import orjson
import structlog
from django.conf import settings

from columns import files, rows
from columns.engine import EngineError, engine, quoted
from columns.files import DayNow
from common.aws import s3
from common.deadline import Deadline
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.schema import Schema
from messages_app.store.items import Item
from messages_app.store.query import Query

log = structlog.get_logger(__name__)

_CONTENT_TYPE = "application/vnd.apache.parquet"
# So many records are read between two looks at the clock.
_SOME = 1_000


class OutOfTime(Exception):
    """A day is too large to be read in the time that there is."""


def build(kind: RecordKind, date: str, deadline: Deadline) -> bool:
    """Build the file of a day. Whether there is a new one now. Raises ServiceError and OutOfTime,
    and EngineError where DuckDB cannot make it."""
    day = files.day_now(kind.name, date)
    return day is not None and _build(kind, day, deadline)


def build_or_give_up(kind: RecordKind, date: str, deadline: Deadline) -> None:
    """The same in a task of its own: what cannot be built in its time, or by DuckDB, is left alone
    until the day changes. Raises ServiceError."""
    day = files.day_now(kind.name, date)
    if day is None:
        return
    try:
        _build(kind, day, deadline)
    except (OutOfTime, EngineError) as error:
        log.warning("columns not built", kind=kind.name, date=date, error=str(error))
        files.keep(day, "", 0, 0)


def _build(kind: RecordKind, day: DayNow, deadline: Deadline) -> bool:
    with TemporaryDirectory(prefix="sluice-columns-") as folder:
        path, count = write_file(kind, day, Path(folder), deadline)
        content = path.read_bytes()
    name = uuid4().hex
    s3.put(settings.DATA_BUCKET, files.key_of(kind.name, day.date, name), content, _CONTENT_TYPE)
    is_kept = files.keep(day, name, count, len(content))
    log.info("columns built", kind=kind.name, date=day.date, records=count, bytes=len(content))
    return is_kept


def write_file(kind: RecordKind, day: DayNow, folder: Path, deadline: Deadline) -> tuple[Path, int]:
    """The day's Parquet file in a folder, and how many records it has."""
    text, path = folder / "rows.jsonl", folder / "day.parquet"
    count = 0
    items = kind.repository.items(Query(day.date, is_consistent=True))
    with text.open("wb") as file:
        while some := list(islice(items, _SOME)):
            if deadline.passed:
                raise OutOfTime(f"{day.kind} {day.date} cannot be read in the time of a task")
            file.writelines(_lines(some, kind.schema))
            count += len(some)
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in rows.types(kind.schema).items())
    names = ", ".join(map(quoted, rows.types(kind.schema)))
    with engine(folder, max(1, deadline.left)) as duckdb:
        duckdb.run(
            f"COPY (SELECT {names} FROM read_json('{text}', format = 'newline_delimited',"  # noqa: S608
            f" columns = {{{columns}}})) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
        )
    return path, count


def _lines(items: list[Item], schema: Schema) -> Iterator[bytes]:
    for item in items:
        yield orjson.dumps(rows.row_of(item, schema), option=orjson.OPT_APPEND_NEWLINE)
