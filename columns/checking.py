"""Compares the file of a day with the table, record by record, without holding either."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from columns import files, rows
from columns.engine import engine, quoted
from columns.files import DayState
from common.aws import s3
from messages_app.kinds.record_kind import RecordKind
from messages_app.store.query import Query

_SECONDS = 600
Row = tuple[Any, ...]


@dataclass
class CheckedDay:
    """Of records by key: *missing* in the file, *extra* there, or *different* from the table's."""

    equal: int = 0
    missing: int = 0
    extra: int = 0
    different: int = 0

    @property
    def is_equal(self) -> bool:
        return not (self.missing or self.extra or self.different)


def compare_day(kind: RecordKind, state: DayState) -> CheckedDay | None:
    """The file of a day against the table; None when there is no file to read. Raises ServiceError
    and EngineError."""
    if state.file is None:
        return None
    key = files.key_of(kind.name, state.date, state.file.name)
    content = s3.read(settings.DATA_BUCKET, key)
    if content is None:
        return None
    with TemporaryDirectory(prefix="sluice-columns-") as folder:
        path = Path(folder) / "day.parquet"
        path.write_bytes(content)
        names = _names(kind)
        with engine(path.parent, _SECONDS) as duckdb:
            # A field that the kind got since has no column.
            known = {name for (name, *_) in duckdb.rows(f"DESCRIBE SELECT * FROM '{path}'")}  # noqa: S608
            wanted = ", ".join(quoted(name) if name in known else "NULL" for name in names)
            statement = f"SELECT {wanted} FROM '{path}' ORDER BY {quoted(rows.TIME)}"  # noqa: S608
            return compared(_of_table(kind, state.date), duckdb.some_rows(statement))


def _names(kind: RecordKind) -> list[str]:
    """The key first, and without the moment, which follows from it."""
    others = [name for name in rows.types(kind.schema) if name not in (rows.TIME, rows.AT)]
    return [rows.TIME, *others]


def _of_table(kind: RecordKind, date: str) -> Iterator[Row]:
    names = _names(kind)
    for item in kind.repository.items(Query(date, is_consistent=True)):
        row = rows.row_of(item, kind.schema)
        yield tuple(row[name] for name in names)


def compared(table: Iterator[Row], file: Iterator[Row]) -> CheckedDay:
    """Rows in the order of their keys, which come first in them."""
    checked = CheckedDay()
    ours, theirs = next(table, None), next(file, None)
    while ours is not None or theirs is not None:
        if theirs is None or (ours is not None and ours[0] < theirs[0]):
            checked.missing += 1
            ours = next(table, None)
        elif ours is None or theirs[0] < ours[0]:
            checked.extra += 1
            theirs = next(file, None)
        else:
            is_equal = ours == theirs
            checked.equal += is_equal
            checked.different += not is_equal
            ours, theirs = next(table, None), next(file, None)
    return checked
