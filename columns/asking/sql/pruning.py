"""Which days a statement can need: those that the conditions on ``_date`` in the WHERE of the
SELECT that names a kind let through.

A condition counts only where leaving out the records that it does not let through cannot change
the result: it stands in the WHERE itself or is joined to it by AND, compares the column with a
text or a date, and is about this table for certain. Where anything is in doubt all days are
needed.
"""

from collections.abc import Iterator
from typing import Any

from columns import rows

# A sign and the texts that a date is compared with.
Condition = tuple[str, list[str]]
_SIGNS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_LESSTHANOREQUALTO": "<=",
}
_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "=": "="}


def lets_through(condition: Condition, date: str) -> bool:
    """Whether records of a date can fulfil a condition. Texts are compared as DuckDB does it."""
    sign, texts = condition
    if sign == "in":
        return date in texts
    [text] = texts
    return {
        "=": date == text,
        ">": date > text,
        ">=": date >= text,
        "<": date < text,
        "<=": date <= text,
    }[sign]


def conditions(node: dict[str, Any]) -> Iterator[tuple[str, list[Condition]]]:
    """Of a SELECT: each table that it names, with the conditions on its dates."""
    if node.get("type") != "SELECT_NODE" or "from_table" not in node:
        return
    tables = list(_tables(node["from_table"]))
    is_plain = _is_plain(node["from_table"]) and not _renames(node.get("select_list", []))
    terms = list(_terms(node.get("where_clause"))) if is_plain else []
    for table, alias in tables:
        found = [one for term in terms for one in _condition(term, alias, is_only=len(tables) == 1)]
        yield table, found


def _tables(source: Any) -> Iterator[tuple[str, str]]:
    """The tables of a FROM and the names that they have in the SELECT, both in small letters."""
    left = [source]
    while left:
        one = left.pop()
        if not isinstance(one, dict):
            continue
        if one.get("type") == "BASE_TABLE":
            name = str(one.get("table_name", "")).lower()
            yield name, str(one.get("alias") or name).lower()
        elif one.get("type") == "JOIN":
            left += [one.get("left"), one.get("right")]


def _is_plain(source: Any) -> bool:
    """Whether only rows that the WHERE lets through count: not where a join looks for the nearest
    row or goes by place, and not where a sample is drawn or columns have other names."""
    left = [source]
    while left:
        one = left.pop()
        if not isinstance(one, dict) or one.get("sample") or one.get("column_name_alias"):
            return False
        kind = one.get("type")
        if kind == "JOIN":
            if one.get("ref_type") not in ("REGULAR", "CROSS"):
                return False
            if one.get("join_type") not in ("INNER", "LEFT"):
                return False
            left += [one.get("left"), one.get("right")]
    return True


def _renames(select_list: Any) -> bool:
    """Whether something else is called as the column of dates is."""
    return any(str(one.get("alias", "")).lower() == rows.DATE for one in select_list)


def _terms(where: Any) -> Iterator[dict[str, Any]]:
    left = [where]
    while left:
        one = left.pop()
        if not isinstance(one, dict):
            continue
        if one.get("type") == "CONJUNCTION_AND":
            left += one.get("children", [])
        else:
            yield one


def _condition(term: dict[str, Any], alias: str, *, is_only: bool) -> Iterator[Condition]:
    """What a term asks of the date."""

    def is_date(part: Any) -> bool:
        return _is_date(part, alias, is_only=is_only)

    for part, sign, others in _compared(term):
        texts = [text for text in map(_text, others) if text is not None]
        if is_date(part) and len(texts) == len(others):
            yield sign, texts


def _compared(term: dict[str, Any]) -> Iterator[tuple[Any, str, list[Any]]]:
    """What is compared in a term, how, and with what."""
    kind = term.get("type")
    if kind in _SIGNS:
        sign = _SIGNS[kind]
        yield term.get("left"), sign, [term.get("right")]
        yield term.get("right"), _TURNED[sign], [term.get("left")]
    elif kind == "COMPARE_BETWEEN":
        yield term.get("input"), ">=", [term.get("lower")]
        yield term.get("input"), "<=", [term.get("upper")]
    elif kind == "COMPARE_IN":
        first, *others = term.get("children") or [None]
        yield first, "in", others


def _is_date(part: Any, alias: str, *, is_only: bool) -> bool:
    if not isinstance(part, dict) or part.get("class") != "COLUMN_REF":
        return False
    names = [str(name).lower() for name in part.get("column_names", [])]
    return names == [alias, rows.DATE] or (is_only and names == [rows.DATE])


def _text(part: Any) -> str | None:
    """Of a text in the statement; DuckDB compares a text with nothing else."""
    if not isinstance(part, dict) or part.get("class") != "CONSTANT":
        return None
    literal = part.get("literal") or {}
    return str(literal["text"]) if literal.get("kind") == "STRING" else None
