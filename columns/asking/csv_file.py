"""All records that a query matches as CSV, from the files of the days: several times as fast as
from the table. Only where the files have all that the table has, and all digits of its numbers.
"""

import csv
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import structlog

from columns import rows
from columns.asking import cache
from columns.asking.ask import run_on
from columns.asking.days import opened, states_of
from columns.asking.locked import literal
from columns.asking.parquet import columns_of, selected
from columns.asking.question import TooMuch
from columns.engine import Engine, EngineError, quoted
from common.csv_output import escape
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.extra_columns import EXTRA_COLUMNS
from messages_app.schema.schema import Schema
from messages_app.store.query import Query

log = structlog.get_logger(__name__)

# More are not written in the time that a question may take.
MOST_RECORDS = 1_000_000


def csv_of(kind: RecordKind, query: Query, fields: Sequence[str]) -> BinaryIO | None:
    """The file, open to be read and with no name any more: byte by byte what
    messages_app.presentation.export.csv_lines makes of the table. None where the table is to be
    asked."""
    states = states_of(kind, query)
    known = [state.file for state in states if state.file is not None and state.is_current]
    if not states or len(known) < len(states) or EXTRA_COLUMNS in fields:
        return None
    if sum(one.records for one in known) > MOST_RECORDS:
        return None

    def find(paths: list[Path]) -> BinaryIO | None:
        return run_on(paths, kind.schema, lambda duckdb: _file(duckdb, paths))

    def _file(duckdb: Engine, paths: list[Path]) -> BinaryIO | None:
        return _written(duckdb, query, kind.schema, fields) if _are_exact(duckdb, paths) else None

    try:
        with opened(kind, states) as days:
            file = days.used(find)
            if days.is_complete:
                return file
    except (TooMuch, EngineError, OSError) as error:
        log.info("an export is made from the table", kind=kind.name, error=type(error).__name__)
        return None
    if file is not None:  # of some days alone
        file.close()
    return None


def _are_exact(duckdb: Engine, paths: Sequence[Path]) -> bool:
    listed = ", ".join(literal(str(path)) for path in paths)
    text = f"SELECT count(*) FROM parquet_kv_metadata([{listed}]) WHERE key = '{rows.EXACT}'"  # noqa: S608
    return duckdb.rows(text) == [(len(paths),)]


def _written(duckdb: Engine, query: Query, schema: Schema, fields: Sequence[str]) -> BinaryIO:
    columns = columns_of(fields)
    wanted = selected([_text(column, schema) for column, _ in columns], query, schema)
    texts = [
        place
        for place, (column, _) in enumerate(columns)
        if column in schema.by_name and not schema.by_name[column].type.is_number
    ]
    with ExitStack() as stack:
        file = stack.enter_context(TemporaryFile(dir=cache.folder()))
        text = TextIOWrapper(file, encoding="utf-8", newline="")
        lines = csv.writer(text)
        lines.writerow([name for _, name in columns])
        for some in duckdb.batches(wanted.text, wanted.values):
            lines.writerows(_harmless(some, texts))
        text.detach()
        file.seek(0)
        stack.pop_all()  # whoever sends it closes it
    return file


def _harmless(some: list[tuple[Any, ...]], texts: list[int]) -> Iterable[Sequence[Any]]:
    """These rows with the texts in these places escaped; hardly ever is there any to escape."""
    columns = list(zip(*some, strict=True))
    escaped = {text: escape(text) for place in texts for text in set(columns[place]) if text}
    if all(before == after for before, after in escaped.items()):
        return some
    for place in texts:
        columns[place] = tuple(escaped.get(text, text) for text in columns[place])
    return zip(*columns, strict=True)


def _text(column: str, schema: Schema) -> str:
    """A column as the text that a record has; of a number the one without an exponent, as all that
    have one are in files that are not exact."""
    name = quoted(column)
    if column in schema.by_name and schema.by_name[column].type.is_number:
        whole = f"CAST(CAST({name} AS BIGINT) AS VARCHAR)"
        return f"CASE WHEN {name} = trunc({name}) THEN {whole} ELSE CAST({name} AS VARCHAR) END"
    return name
