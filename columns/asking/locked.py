"""A DuckDB that reaches nothing but what it is given. Whoever opens one says what that is:
nothing can be changed in it afterwards.

https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ALWAYS: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "catalog_error_max_schemas": 0,  # no suggestions
    "python_enable_replacements": False,
    "temp_directory": "",
    "TimeZone": "UTC",
}


def locked_connection(config: Mapping[str, Any]) -> "DuckDBPyConnection":
    """Open, without tables, and imported when it is first needed: a process that never asks does
    not pay for it."""
    import duckdb  # noqa: PLC0415

    connection = duckdb.connect(":memory:")
    for name, value in {**config, **_ALWAYS}.items():
        connection.execute(f"SET {name} = {literal(value)}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def literal(value: Any) -> str:
    """A value in a statement that takes no parameters."""
    if isinstance(value, list):
        return "[" + ", ".join(literal(one) for one in value) + "]"
    if isinstance(value, bool | int):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"
