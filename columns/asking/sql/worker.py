"""The process that runs one statement: ``python -m columns.asking.sql.worker``.

It is told what to do in two lines of JSON, and answers each with one: first what the statement
names, then what became of it, with the result in a file. It has no settings, no environment and
no rights but to read the files that it is given: a statement that kills it, or fills its memory,
takes nothing else with it. What it answers is in process.py.
"""

import csv
import errno
import json
import os
import re
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simplejson

from columns.asking.locked import locked_connection
from columns.asking.sql.checking import StatementRefused, check_tables, check_text
from common.csv_output import escape

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

# Besides what DuckDB may take: the interpreter, the library, the threads' stacks.
_BESIDES = 640 * 1024**2
_ROWS_AT_ONCE = 1_000
_PATH = re.compile(r"""["']?(?:/[\w.\-]+){2,}/?["']?""")
_LONGEST_FAULT = 500
Answer = dict[str, Any]


class ResultTooLarge(Exception):
    """The result is larger than so many bytes."""

    def __init__(self, maximum: int) -> None:
        super().__init__()
        self.maximum = maximum


class Unreadable(Exception):
    """A file of columns cannot be read."""


def main() -> None:
    """Both lines. It ends when standard input does."""
    order = json.loads(sys.stdin.readline())
    _limit(order)
    _say(_told(lambda: _checked(order["statement"])))
    if second := sys.stdin.readline():
        _say(_told(lambda: _run(order, json.loads(second))))


def _limit(order: Answer) -> None:
    limits = {
        resource.RLIMIT_AS: order["memory"] + _BESIDES,
        resource.RLIMIT_CPU: order["cpu_seconds"],
        resource.RLIMIT_FSIZE: order["file_bytes"],
        resource.RLIMIT_CORE: 0,
    }
    for name, value in limits.items():
        with suppress(ValueError, OSError):  # less is allowed than that
            resource.setrlimit(name, (value, value))


def _say(reply: Answer) -> None:
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


def _told(work: Callable[[], Answer]) -> Answer:
    """What came out, or what is at fault: *refused*, *too_much_memory*, *too_large* or
    *unreadable*."""
    import duckdb  # noqa: PLC0415

    try:
        return work()
    except StatementRefused as error:
        return {"refused": str(error)}
    except (duckdb.OutOfMemoryException, MemoryError):
        return {"too_much_memory": True}
    except ResultTooLarge as error:
        return {"too_large": error.maximum}
    except (
        OSError,
        Unreadable,
        duckdb.IOException,
        duckdb.HTTPException,
        duckdb.PermissionException,
    ):
        return {"unreadable": True}
    except duckdb.Error as error:
        return {"refused": _fault(str(error))}
    except (ValueError, TypeError, OverflowError, RecursionError):
        return {"refused": "The result has a value that cannot be written. CAST it to TEXT"}


def _fault(text: str) -> str:
    """DuckDB's own words, without paths of this machine."""
    first = text.partition("\n\nLINE ")[0]
    if "bad_alloc" in first:
        return "The statement takes too much memory"
    return f"The statement cannot be run: {_PATH.sub('…', first)[:_LONGEST_FAULT]}"


def _checked(statement: str) -> Answer:
    check_text(statement)
    connection = locked_connection({"threads": 1, "memory_limit": "256MB"})
    [(parsed,)] = connection.execute("SELECT json_serialize_sql(?)", [statement]).fetchall()
    connection.close()
    checked = check_tables(parsed)
    return asdict(checked) | {"own": sorted(checked.own)}


@dataclass
class Run:
    """A statement that is ready to run, and what becomes of its result."""

    connection: "DuckDBPyConnection"
    statement: str
    relation: "DuckDBPyRelation"
    order: Answer


def _run(order: Answer, second: Answer) -> Answer:
    out = Path(second["out"])
    connection = locked_connection(
        {
            "threads": order["threads"],
            "memory_limit": f"{order['memory'] // 1024**2}MB",
            "allowed_paths": [*second["paths"], str(out)],
        }
    )
    with _files_of(second["paths"]):
        for view in second["views"]:
            connection.execute(view)
        return _result(connection, order, second, out)


@contextmanager
def _files_of(paths: list[str]) -> Iterator[None]:
    """Faults that tell of one of the files are of the file, not of the statement."""
    import duckdb  # noqa: PLC0415

    try:
        yield
    except duckdb.Error as error:
        if any(path in str(error) for path in paths):
            raise Unreadable from error
        raise


def _result(connection: "DuckDBPyConnection", order: Answer, second: Answer, out: Path) -> Answer:
    import duckdb  # noqa: PLC0415

    statement = order["statement"]
    relation = connection.sql(statement)
    if relation is None:
        raise StatementRefused("The statement gives no rows")
    run = Run(connection, statement, relation, second)
    try:
        _WRITERS[second["format"]](run, out)
    except (OSError, duckdb.IOException) as error:
        if os.strerror(errno.EFBIG) in str(error):
            raise ResultTooLarge(order["file_bytes"]) from error
        raise
    return {"done": True}


def _columns(relation: "DuckDBPyRelation") -> list[Answer]:
    pairs = zip(relation.columns, relation.types, strict=True)
    return [{"name": name, "type": str(type_)} for name, type_ in pairs]


def _write_json(run: Run, out: Path) -> None:
    """The first rows, and whether there are more."""
    second = run.order
    found = run.relation.limit(second["rows"] + 1).fetchall()
    rows: list[Any] = []
    size = 0
    for row in found[: second["rows"]]:
        rows.append([_plain(cell) for cell in row])
        size += len(str(rows[-1]))
        if size > second["bytes"]:
            raise ResultTooLarge(second["bytes"])
    result = {"columns": _columns(run.relation), "rows": rows, "more": len(found) > len(rows)}
    out.write_text(simplejson.dumps(result, use_decimal=True, ensure_ascii=True))


def _write_csv(run: Run, out: Path) -> None:
    with out.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([escape(name) for name in run.relation.columns])
        cursor = run.connection.execute(run.statement)
        while some := cursor.fetchmany(_ROWS_AT_ONCE):
            writer.writerows([escape(_as_text(cell)) for cell in row] for row in some)


def _write_parquet(run: Run, out: Path) -> None:
    run.relation.write_parquet(str(out), compression="zstd")


_WRITERS = {"csv": _write_csv, "parquet": _write_parquet, "json": _write_json}


def _as_text(cell: Any) -> str:
    plain = _plain(cell)
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return str(plain).lower()
    if isinstance(plain, list | dict):
        return simplejson.dumps(plain, use_decimal=True, ensure_ascii=False)
    return str(plain)


def _plain(cell: Any) -> Any:
    """A value as JSON has it: what is no number there is its text."""
    if cell is None or isinstance(cell, bool | int | str):
        return cell
    if isinstance(cell, float | Decimal):
        return cell if isfinite(cell) else str(cell)
    if isinstance(cell, datetime):
        moment = cell.astimezone(UTC).replace(tzinfo=None) if cell.tzinfo else cell
        return moment.isoformat(timespec="microseconds") + "Z"
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, list | tuple):
        return [_plain(one) for one in cell]
    if isinstance(cell, dict):
        return {str(name): _plain(one) for name, one in cell.items()}
    return str(cell)


if __name__ == "__main__":
    main()
