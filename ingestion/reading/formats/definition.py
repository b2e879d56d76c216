"""A format: what has to be said once of how a producer writes its files.

As JSON it is one flat object; see ingestion/reading/formats/from_json.py for what is read, and
ingestion/reading/formats/contradictions.py for what a schema makes of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, get_args

# ISO 8601 (those without an offset are in the zone), epoch numbers, a pattern as of strptime, and
# the days since 1899-12-30 that spreadsheets count.
Form = Literal["iso", "epoch_s", "epoch_ms", "epoch_us", "epoch_ns", "pattern", "serial"]
ExtraColumns = Literal["ignore", "keep", "hold"]
FORMS: tuple[Form, ...] = get_args(Form)
EXTRA_COLUMNS: tuple[ExtraColumns, ...] = get_args(ExtraColumns)
# The others group digits in no doubtful way, and are taken without being named.
DECIMAL_MARKS = (".", ",")
THOUSANDS_MARKS = ("", ".", ",")


@dataclass(frozen=True, slots=True)
class TimeForm:
    """How a column writes moments. ``zone`` is a name such as ``Europe/Zurich``, or an offset such
    as ``+01:00``; '' where the texts say it themselves."""

    form: Form = "iso"
    pattern: str = ""
    zone: str = ""

    def as_json(self) -> dict[str, str]:
        return {"form": self.form, "pattern": self.pattern, "zone": self.zone}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What a field is read from: columns by their names in the header or by their positions (the
    first is 1), several of which are joined by a space; or the same text for every row. ``unit`` is
    what files name as the column's, where that is not the field's own."""

    columns: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()
    constant: str | None = None
    timestamp: TimeForm | None = None
    factor: Decimal | None = None
    unit: str = ""

    def as_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {}
        if self.constant is not None:
            data["constant"] = self.constant
        if self.columns:
            data |= _one_or_many("column", self.columns)
        if self.positions:
            data |= _one_or_many("position", self.positions)
        if self.timestamp is not None:
            data["timestamp"] = self.timestamp.as_json()
        if self.factor is not None:
            data["factor"] = str(self.factor)
        if self.unit:
            data["unit"] = self.unit
        return data


@dataclass(frozen=True)
class FormatDefinition:
    """How files are recognised, laid out and read.

    ``header`` has the columns' names as the files have them; none when they have no header. An
    empty ``delimiter`` or ``encoding`` is found out, an empty ``sheet`` is a spreadsheet's first.
    ``missing`` are the texts that stand for no value.
    """

    columns: Mapping[str, ColumnMapping]
    header: tuple[str, ...] = ()
    key_pattern: str = ""
    encoding: str = ""
    delimiter: str = ""
    skip_lines: int = 0
    units_row: bool = False
    decimal_mark: str = "."
    thousands_mark: str = ""
    missing: tuple[str, ...] = field(default_factory=tuple)
    extra_columns: ExtraColumns = "ignore"
    on_conflict: str = ""
    sheet: str = ""
    # Of the rows, in place of the setting HOLD_REJECTED_PERCENT.
    hold_rejected_percent: int | None = None
    # A file is due every so often.
    due_minutes: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "key_pattern": self.key_pattern,
            "header": list(self.header),
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "skip_lines": self.skip_lines,
            "units_row": self.units_row,
            "decimal_mark": self.decimal_mark,
            "thousands_mark": self.thousands_mark,
            "missing": list(self.missing),
            "extra_columns": self.extra_columns,
            "on_conflict": self.on_conflict,
            "sheet": self.sheet,
            "hold_rejected_percent": self.hold_rejected_percent,
            "due_minutes": self.due_minutes,
            "columns": {name: one.as_json() for name, one in self.columns.items()},
        }


def _one_or_many(name: str, values: tuple[Any, ...]) -> dict[str, Any]:
    return {name: values[0]} if len(values) == 1 else {f"{name}s": list(values)}
