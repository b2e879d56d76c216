"""All records that a query matches, as one Parquet file.

It is made from the files of the days, in the memory, time and room that columns may take, and only
where these have all that the table has: no part is taken for the whole.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from columns import rows
from columns.asking import cache, statements
from columns.asking.ask import run_on
from columns.asking.days import opened, states_of
from columns.asking.locked import literal
from columns.engine import Engine, quoted
from messages_app.kinds.record_kind import RecordKind
from messages_app.schema.schema import Schema
from messages_app.store.query import Query

# The columns of a file, by the names that fields have in exports as CSV.
_OWN = {
    "date": [(rows.DATE, "date")],
    "time": [(rows.TIME, "time")],
    "origin": [(rows.IMPORT, "import"), (rows.LINE, "line")],
}
_TOO_MUCH = "{}: ask for fewer days, or filter more, or use CSV"


class NotBuilt(Exception):
    """Some days changed since their files were built, and are too large to be read at once."""


def parquet_of(kind: RecordKind, query: Query, fields: Sequence[str]) -> BinaryIO:
    """The file, open to be read and with no name any more. Its first column, ``_at``, is the moment
    of a record. Raises NotBuilt, TooMuch, EngineError, and OSError where the disk fails."""
    states = states_of(kind, query)
    with (
        opened(kind, states) as days,
        TemporaryDirectory(prefix=cache.READ_NOW, dir=cache.folder()) as folder,
    ):
        if not days.is_complete:
            raise NotBuilt
        path = Path(folder) / "records.parquet"
        wanted = statement(query, kind.schema, fields, path)

        def write(duckdb: Engine) -> None:
            duckdb.run(wanted.text, wanted.values)

        days.used(lambda paths: run_on(paths, kind.schema, write, _TOO_MUCH))
        if not days.is_complete:  # a file could not be read
            raise NotBuilt
        return path.open("rb")


def statement(
    query: Query, schema: Schema, fields: Sequence[str], path: Path
) -> statements.SqlStatement:
    """The file has the moment of each record too."""
    names = [f"{quoted(column)} AS {quoted(name)}" for column, name in columns_of(fields)]
    found = selected([quoted(rows.AT), *names], query, schema)
    text = f"COPY ({found.text}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
    return statements.SqlStatement(text, found.values)


def columns_of(fields: Sequence[str]) -> list[tuple[str, str]]:
    """The columns of these fields, by the names that they have in exports."""
    return [pair for name in fields for pair in _OWN.get(name, [(name, name)])]


def selected(names: Sequence[str], query: Query, schema: Schema) -> statements.SqlStatement:
    """Days are read in their order, and their files are in the order of time: that needs no memory
    to sort, as the other order does."""
    matching = statements.where(query, schema)
    newest = f" ORDER BY {quoted(rows.DATE)} DESC, {quoted(rows.TIME)} DESC"
    text = f"SELECT {', '.join(names)} FROM records WHERE {matching.text}"  # noqa: S608
    return statements.SqlStatement(text + (newest if query.newest_first else ""), matching.values)
