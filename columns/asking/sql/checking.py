"""Says whether a statement may be run: one SELECT, of nothing but named tables, allowed functions
and what can be computed from them.

DuckDB parses the statement and says what it found; everything in that has to be known here. What
is not known is refused, so that a form that nobody thought of is no way around.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from columns.asking.sql.functions import ALLOWED, TABLES
from columns.asking.sql.pruning import Condition, conditions

LONGEST = 20_000  # characters
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_SOURCES = frozenset(
    {"EMPTY", "BASE_TABLE", "JOIN", "SUBQUERY", "EXPRESSION_LIST", "TABLE_FUNCTION"}
)
_MODIFIERS = frozenset(
    {
        *("LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "ORDER_MODIFIER", "DISTINCT_MODIFIER"),
        *("ORDER_DEFAULT", "ASCENDING", "DESCENDING"),
    }
)
_EXPRESSIONS = frozenset(
    {
        *("CONSTANT", "CAST", "TYPE", "COLUMN_REF", "WINDOW", "COMPARISON", "CONJUNCTION"),
        *(
            "FUNCTION",
            "LAMBDA",
            "LAMBDA_REF",
            "OPERATOR",
            "BETWEEN",
            "SUBQUERY",
            "CASE",
            "STAR",
            "COLLATE",
        ),
        "POSITIONAL_REFERENCE",
    }
)
ONLY_SELECT = "Only one SELECT, or WITH … SELECT, can be run: nothing can be changed here"


class StatementRefused(Exception):
    """A statement that is not run; says why, and what to change."""


@dataclass
class NamedTables:
    """The tables that a statement names, in small letters, each with the conditions on dates of
    each place where it is named."""

    tables: dict[str, list[list[Condition]]] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)


def check_text(statement: str) -> None:
    """What can be said before it is parsed. Raises Refused."""
    if not statement.strip():
        raise StatementRefused("There is no statement. Write a SELECT")
    if len(statement) > LONGEST:
        raise StatementRefused(
            f"The statement has {len(statement):,} characters; {LONGEST:,} are allowed"
        )
    if _CONTROL.search(statement):
        raise StatementRefused("The statement has a control character. Remove it")


def check_tables(parsed: str) -> NamedTables:
    """What DuckDB's json_serialize_sql found. Raises Refused."""
    nodes = list(_nodes(_tree(parsed)))
    checked = NamedTables(own=set(_own(nodes)))
    for node in nodes:
        _check(node)
        if node.get("type") == "BASE_TABLE" and "class" not in node:
            checked.tables.setdefault(_table(node), [])
    for node in nodes:
        for name, found in conditions(node):
            checked.tables[name].append(found)
    return checked


def _tree(parsed: str) -> dict[str, Any]:
    try:
        tree: dict[str, Any] = json.loads(parsed)
    except RecursionError:
        raise StatementRefused("The statement is nested too deeply") from None
    if tree.get("error"):
        raise StatementRefused(_fault(tree))
    if len(tree["statements"]) != 1:
        raise StatementRefused(ONLY_SELECT)
    return tree


def _own(nodes: list[dict[str, Any]]) -> Iterator[str]:
    """The names that its own parts have, before WITH."""
    for node in nodes:
        if isinstance(node.get("key"), str) and "value" in node:
            yield _own_name(node["key"])
        if "cte_name" in node:
            yield _own_name(node["cte_name"])


def _fault(tree: dict[str, Any]) -> str:
    if "SELECT" in tree.get("error_message", "") and tree.get("error_type") != "parser":
        return ONLY_SELECT
    return f"The statement cannot be read: {tree.get('error_message', '')[:300]}"


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """All objects in it, without recursion."""
    left = [tree]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
            left += one.values()
        elif isinstance(one, list):
            left += one


def _check(node: dict[str, Any]) -> None:
    if "class" in node:
        _check_expression(node)
    elif isinstance(node.get("type"), str):
        _check_part(node)


def _check_expression(node: dict[str, Any]) -> None:
    kind = node["class"]
    if kind == "PARAMETER":
        raise StatementRefused("A statement here has no parameters: write the values into it")
    if kind not in _EXPRESSIONS:
        raise StatementRefused(f"This form is not supported here: {_words(kind)}")
    if kind in ("FUNCTION", "WINDOW") and node.get("function_name") is not None:
        _check_function(node)
    if kind == "TYPE":
        _check_plain(node, node.get("type_name", ""))
    if kind == "COLLATE" and not _NAME.fullmatch(str(node.get("collation", ""))):
        raise StatementRefused("This collation is not supported here")


def _check_function(node: dict[str, Any]) -> None:
    name = str(node["function_name"]).lower()
    _check_plain(node, name)
    if name not in ALLOWED:
        raise StatementRefused(f"The function “{name[:60]}” is not supported here")


def _check_plain(node: dict[str, Any], name: str) -> None:
    """No schema, no catalog: what is meant is what DuckDB has under the name alone."""
    path = (node.get("qualified_name") or {}).get("path", [name])
    if any(node.get(part) for part in ("schema", "catalog", "schema_name", "catalog_name")):
        raise StatementRefused(f"Write “{str(name)[:60]}” without a schema before it")
    if len(path) != 1:
        raise StatementRefused(f"Write “{str(name)[:60]}” without a schema before it")


def _check_part(node: dict[str, Any]) -> None:
    kind = node["type"]
    if kind not in _NODES | _SOURCES | _MODIFIERS:
        raise StatementRefused(f"This form is not supported here: {_words(kind)}")
    if kind == "TABLE_FUNCTION":
        name = str(node.get("function", {}).get("function_name", "")).lower()
        if name not in TABLES:
            raise StatementRefused(
                f"“{name[:60]}” cannot be used as a table. Tables are kinds, by their names"
            )


def _table(node: dict[str, Any]) -> str:
    name = str(node.get("table_name", ""))
    _check_plain(node, name)
    if node.get("at_clause"):
        raise StatementRefused("Tables have no earlier versions here")
    if not _NAME.fullmatch(name):
        raise StatementRefused(f"There is no kind “{name[:60]}” that you may see")
    return name.lower()


def _own_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise StatementRefused(
            f"Name the part of WITH with letters, digits and _ only, not “{name[:60]}”"
        )
    return name.lower()


def _words(kind: Any) -> str:
    return str(kind).replace("_", " ").lower()[:60]
