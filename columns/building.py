"""Builds the file of a day: its records are read from the table, written down as they come, and
made a Parquet file in one go.

Harmless to repeat, to kill at any moment, and to run twice at once: see columns/files.py.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
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
from messages_app.store.items import Item
from messages_app.store.query import Query

log = structlog.get_logger(__name__)

_CONTENT_TYPE = "application/vnd.apache.parquet"
# So many records are read between two looks at the clock.
_SOME = 1_000
# More days do not come faster.
_AT_ONCE = 4
# What a worker takes beside its own memory while it builds a large day: 50 MB, where it is 170 MB
# with two threads, DuckDB's usual groups of 122,880 rows and its room for JSON objects of 16 MB.
_THREADS = 1
_ROW_GROUP = 30_720
# An item has at most 400 KB, of which JSON makes six times as much where all is control characters.
_LONGEST_LINE = 4 * 1024 * 1024


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
        [(_, path, count)] = write_files(kind, [day], Path(folder), deadline)
        content = path.read_bytes()
    name = uuid4().hex
    s3.put(settings.DATA_BUCKET, files.key_of(kind.name, day.date, name), content, _CONTENT_TYPE)
    is_kept = files.keep(day, name, count, len(content))
    log.info("columns built", kind=kind.name, date=day.date, records=count, bytes=len(content))
    return is_kept


def write_files(
    kind: RecordKind, days: Sequence[DayNow], folder: Path, deadline: Deadline
) -> Iterator[tuple[DayNow, Path, int]]:
    """The days' Parquet files in a folder, each as soon as it is written, and how many records it
    has. While records of one day are written down, those of some others are on their way. Raises
    OutOfTime, EngineError and ServiceError."""
    waiting, under_way = deque(days), deque[_Reading]()
    with ExitStack() as stack:
        while waiting or under_way:
            while waiting and len(under_way) < _AT_ONCE:
                under_way.append(_Reading(kind, waiting.popleft(), folder, stack))
            if deadline.passed:
                raise OutOfTime(f"{kind.name} {under_way[0].day.date} cannot be read in its time")
            one = under_way.popleft()
            if one.read_some():
                under_way.append(one)
            else:
                yield one.day, one.parquet(deadline), one.count


class _Reading:
    """A day whose records are written down as they come; closed by the stack."""

    def __init__(self, kind: RecordKind, day: DayNow, folder: Path, stack: ExitStack) -> None:
        self.day, self.count = day, 0
        self._schema, self._folder = kind.schema, folder
        self._numbers = [one.name for one in kind.schema.fields if one.type.is_number]
        self._is_exact = True
        self._items = kind.repository.items(Query(day.date, is_consistent=True))
        stack.enter_context(closing(self._items))
        self._text = folder / f"{day.date}.jsonl"
        self._file = stack.enter_context(self._text.open("wb"))

    def read_some(self) -> bool:
        """Whether there were more records."""
        some = list(islice(self._items, _SOME))
        self._file.writelines(map(self._line, some))
        self.count += len(some)
        return bool(some)

    def _line(self, item: Item) -> bytes:
        row = rows.row_of(item, self._schema)
        self._is_exact = self._is_exact and rows.has_all_digits(row, item, self._numbers)
        return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)

    def parquet(self, deadline: Deadline) -> Path:
        """All of them as columns."""
        self._file.close()
        path = self._folder / f"{self.day.date}.parquet"
        types = rows.types(self._schema)
        columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in types.items())
        options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP}"
        if self._is_exact:
            options += f", KV_METADATA {{{rows.EXACT}: 'yes'}}"
        with engine(self._folder, max(1, deadline.left), _THREADS) as duckdb:
            duckdb.run(
                f"COPY (SELECT {', '.join(map(quoted, types))} FROM read_json('{self._text}',"  # noqa: S608
                f" format = 'newline_delimited', columns = {{{columns}}},"
                f" maximum_object_size = {_LONGEST_LINE}))"
                f" TO '{path}' ({options})"
            )
        self._text.unlink()
        return path
