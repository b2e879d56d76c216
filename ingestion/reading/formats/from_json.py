"""Reads a format from JSON: each option has its type and its limits."""

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.definition import (
    DECIMAL_MARKS,
    EXTRA_COLUMNS,
    FORMS,
    THOUSANDS_MARKS,
    ColumnMapping,
    FormatDefinition,
    TimeForm,
)
from silence.waits import MAX_MINUTES

MAX_COLUMNS = 1000
MAX_NAME = 1024
MAX_SKIPPED = 100
_MAX_PATTERN = 200
_MAX_MISSING = 50
_ON_CONFLICT = ("", "keep", "replace", "reject")
MAX_UNIT = 20
_COLUMN_OPTIONS = (
    *("column", "columns", "position", "positions", "constant", "timestamp", "factor", "unit"),
)


def definition_from_json(data: object) -> FormatDefinition:
    """The format that an object of JSON describes. Raises BadFormat."""
    reader = _Reader()
    members = reader.mapping("", data)
    unknown = sorted(set(members) - set(_OPTIONS))
    for name in unknown[:5]:
        reader.fault(name, f"is not an option of formats: they are {', '.join(_OPTIONS)}")
    options = {
        name: read(reader, name, members[name])
        for name, read in _OPTIONS.items()
        if name in members
    }
    if "columns" not in members:
        reader.fault("columns", "is missing: say which column each field is read from")
    reader.finish()
    return FormatDefinition(**options)


class _Reader:
    """Collects faults, so that all are told at once."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}

    def fault(self, path: str, sentence: str) -> None:
        self.faults.setdefault(path, sentence)

    def finish(self) -> None:
        if self.faults:
            raise BadFormat(self.faults)

    def mapping(self, path: str, data: object) -> dict[str, Any]:
        if isinstance(data, dict):
            return data
        self.fault(path, "must be an object")
        return {}

    def text(self, path: str, data: object, longest: int = MAX_NAME) -> str:
        if not isinstance(data, str):
            self.fault(path, "must be text")
        elif len(data) > longest:
            self.fault(path, f"has {len(data):,} characters, {longest:,} are allowed")
        elif "\0" in data or not _is_unicode(data):
            self.fault(path, "has a character that no text has")
        else:
            return data
        return ""

    def one_of(self, path: str, data: object, allowed: tuple[str, ...]) -> Any:
        if isinstance(data, str) and data in allowed:
            return data
        self.fault(path, f"must be one of {', '.join(one or 'an empty text' for one in allowed)}")
        return allowed[0]

    def number(self, path: str, data: object, minimum: int, maximum: int) -> int:
        # The API reads all numbers as decimals.
        if isinstance(data, Decimal) and data.is_finite() and data == int(data):
            data = int(data)
        if isinstance(data, int) and not isinstance(data, bool) and minimum <= data <= maximum:
            return data
        self.fault(path, f"must be a whole number from {minimum} to {maximum}")
        return minimum

    def yes_or_no(self, path: str, data: object) -> bool:
        if not isinstance(data, bool):
            self.fault(path, "must be true or false")
        return data is True

    def each(
        self,
        path: str,
        data: object,
        read: Callable[[str, object], Any],
        maximum: int = MAX_COLUMNS,
    ) -> tuple[Any, ...]:
        if not isinstance(data, list):
            self.fault(path, "must be a list")
            return ()
        if len(data) > maximum:
            self.fault(path, f"has {len(data):,} entries, {maximum:,} are allowed")
            return ()
        return tuple(read(f"{path}.{place}", one) for place, one in enumerate(data))

    def factor(self, path: str, data: object) -> Decimal | None:
        try:
            factor = Decimal("NaN" if isinstance(data, bool) else str(data))
        except InvalidOperation:
            factor = Decimal("NaN")
        if not factor.is_finite() or not factor or not -30 < factor.adjusted() < 30:
            self.fault(path, "must be a number other than 0, such as 0.001")
            return None
        return factor


def _columns(reader: _Reader, path: str, data: object) -> dict[str, ColumnMapping]:
    mappings = reader.mapping(path, data)
    if len(mappings) > MAX_COLUMNS:
        reader.fault(path, f"has {len(mappings):,} entries, {MAX_COLUMNS:,} are allowed")
        return {}
    return {name: _mapping(reader, f"{path}.{name}", one) for name, one in mappings.items()}


def _mapping(reader: _Reader, path: str, data: object) -> ColumnMapping:
    options = {name: one for name, one in reader.mapping(path, data).items() if one is not None}
    _only(reader, path, options, _COLUMN_OPTIONS)
    columns = _one_or_many(reader, path, options, "column", reader.text)
    positions = _one_or_many(
        reader, path, options, "position", lambda at, one: reader.number(at, one, 1, MAX_COLUMNS)
    )
    constant = (
        reader.text(f"{path}.constant", options["constant"]) if "constant" in options else None
    )
    if sum((bool(columns), bool(positions), constant is not None)) != 1:
        reader.fault(
            path, "must have exactly one of column, columns, position, positions and constant"
        )
    time = (
        _time(reader, f"{path}.timestamp", options["timestamp"]) if "timestamp" in options else None
    )
    factor = reader.factor(f"{path}.factor", options["factor"]) if "factor" in options else None
    unit = reader.text(f"{path}.unit", options.get("unit", ""), MAX_UNIT)
    return ColumnMapping(columns, positions, constant, time, factor, unit)


def _one_or_many(
    reader: _Reader,
    path: str,
    options: dict[str, Any],
    name: str,
    read: Callable[[str, object], Any],
) -> tuple[Any, ...]:
    if name in options:
        return (read(f"{path}.{name}", options[name]),)
    if f"{name}s" not in options:
        return ()
    found = reader.each(f"{path}.{name}s", options[f"{name}s"], read, 10)
    if len(set(found)) < len(found):
        reader.fault(f"{path}.{name}s", "names one more than once")
    return found


def _time(reader: _Reader, path: str, data: object) -> TimeForm:
    options = reader.mapping(path, data)
    _only(reader, path, options, ("form", "pattern", "zone"))
    return TimeForm(
        reader.one_of(f"{path}.form", options.get("form", "iso"), FORMS),
        reader.text(f"{path}.pattern", options.get("pattern") or "", _MAX_PATTERN),
        reader.text(f"{path}.zone", options.get("zone") or "", 64),
    )


def _only(reader: _Reader, path: str, names: Iterable[str], known: tuple[str, ...]) -> None:
    for name in sorted(set(names) - set(known))[:5]:
        reader.fault(f"{path}.{name}", f"is not known here: there are {', '.join(known)}")


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _text(longest: int) -> Callable[[_Reader, str, object], str]:
    return lambda reader, path, data: reader.text(path, data, longest)


def _choice(*allowed: str) -> Callable[[_Reader, str, object], str]:
    return lambda reader, path, data: reader.one_of(path, data, allowed)


_OPTIONS: dict[str, Callable[[_Reader, str, object], Any]] = {
    "key_pattern": _text(_MAX_PATTERN),
    "header": lambda reader, path, data: reader.each(path, data, reader.text),
    "encoding": _text(40),
    "delimiter": _text(1),
    "skip_lines": lambda reader, path, data: reader.number(path, data, 0, MAX_SKIPPED),
    "units_row": lambda reader, path, data: reader.yes_or_no(path, data),
    "decimal_mark": _choice(*DECIMAL_MARKS),
    "thousands_mark": _choice(*THOUSANDS_MARKS),
    "missing": lambda reader, path, data: reader.each(
        path, data, lambda at, one: reader.text(at, one, 100), _MAX_MISSING
    ),
    "extra_columns": _choice(*EXTRA_COLUMNS),
    "on_conflict": _choice(*_ON_CONFLICT),
    "sheet": _text(100),
    "hold_rejected_percent": lambda reader, path, data: (
        None if data is None else reader.number(path, data, 0, 100)
    ),
    "due_minutes": lambda reader, path, data: (
        None if data is None else reader.number(path, data, 1, MAX_MINUTES)
    ),
    "columns": _columns,
}
