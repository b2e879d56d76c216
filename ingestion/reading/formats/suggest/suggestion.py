"""A format worked out from the beginning of a file, and what only a person can say of it."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from ingestion.reading.formats.definition import TimeForm
from ingestion.reading.formats.suggest import marks, moments, units
from ingestion.reading.formats.suggest.columns import (
    NUMBER,
    Columns,
    find_columns,
    mapping_of,
    put_assigned,
)
from ingestion.reading.formats.suggest.columns import questions as column_questions
from ingestion.reading.formats.suggest.new_kind import new_kind
from ingestion.reading.formats.suggest.question import Question, merged
from ingestion.reading.formats.suggest.table import TextTable, find_table
from messages_app.schema.schema import Field, Schema


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``options`` are a format in JSON, with what is likely; ``questions`` are to be answered by a
    person. Where there are none it is certain. ``likely`` are the columns as they were found,
    ``places`` with what was said of them."""

    options: dict[str, Any]
    table: TextTable
    likely: Columns
    places: Mapping[str, tuple[int, ...]]
    questions: list[Question] = field(default_factory=list)
    new_kind: dict[str, Any] | None = None

    @property
    def certain(self) -> bool:
        return not self.questions

    def answered(self, answers: Mapping[str, int]) -> dict[str, Any]:
        """The format with answers: for the name of each question the place of a choice. Where
        there is none, the likely choice counts, else the first; a field that no column suits has
        none."""
        options = self.options
        for question in self.questions:
            place = answers.get(question.name, _assumed(question))
            if 0 <= place < len(question.choices):
                options = merged(options, question.choices[place].value)
        return options


def suggest(
    text: str,
    schema: Schema,
    answers: Mapping[str, int] | None = None,
    assigned: Mapping[int, str] | None = None,
    *,
    is_whole: bool,
) -> Suggestion | None:
    """A format for files that begin as ``text`` does; None when it has no table. ``answers`` to
    questions which column is which change what is asked of those columns. ``assigned`` has,
    by the places of columns, the field of each, '' for none: that is not asked any more."""
    whole = find_table(text, is_whole=is_whole)
    if whole is None or not whole.rows:
        return None
    likely = find_columns(whole, schema)
    found = deepcopy(likely)
    asked: list[Question] = []
    if assigned:
        put_assigned(found, assigned, whole, schema)
    else:
        asked = column_questions(whole, schema, found)
        _take(asked, answers or {}, found, whole)
    table, has_units = _without_units(whole, found, schema)
    options: dict[str, Any] = {
        "header": table.header,
        "delimiter": table.delimiter,
        "skip_lines": 0 if table.header else table.skipped,
        "units_row": has_units,
        "columns": {name: mapping_of(table, places) for name, places in found.places.items()},
    }
    for one in schema.fields:
        if one.type.is_moment and one.name in found.places:
            options = _with_form(options, asked, table, found.places[one.name], one)
    below = whole.rows[0] if has_units else []
    asked += units.questions(table, below, found, schema)
    asked += _about_numbers(table, found, schema)
    return Suggestion(options, whole, likely, found.places, asked, new_kind(table))


def _assumed(question: Question) -> int:
    """The place of the choice until there is an answer; -1 for none."""
    if question.chosen is None and question.code == "column":
        return -1
    return question.chosen or 0


def _take(
    asked: list[Question], answers: Mapping[str, int], found: Columns, table: TextTable
) -> None:
    for question in asked:
        place = answers.get(question.name, question.chosen)
        if place is None or not 0 <= place < len(question.choices):
            continue
        mapping = question.choices[place].value["columns"][question.field]
        found.places[question.field] = _places(mapping, table)


def _places(mapping: Mapping[str, Any], table: TextTable) -> tuple[int, ...]:
    if mapping.get("position") or mapping.get("positions"):
        return tuple(n - 1 for n in mapping.get("positions") or [mapping["position"]])
    return tuple(table.header.index(n) for n in mapping.get("columns") or [mapping["column"]])


def _without_units(table: TextTable, found: Columns, schema: Schema) -> tuple[TextTable, bool]:
    """The table without rows that have no digit where the time is: units, totals, notes. Whether
    the first row is such a one."""
    places = found.places.get(schema.time_field)
    if not places:
        return table, False
    rows = [row for row in table.rows if any(map(str.isdigit, row[places[0]]))]
    has_units = bool(table.header and rows) and table.rows[0] is not rows[0]
    kept = TextTable(table.delimiter, table.header, rows or table.rows, table.skipped)
    return kept, has_units


def _with_form(
    options: dict[str, Any],
    asked: list[Question],
    table: TextTable,
    places: tuple[int, ...],
    one: Field,
) -> dict[str, Any]:
    cells = [" ".join(row[place].strip() for place in places).strip() for row in table.rows]
    cells = [cell for cell in cells if cell]
    forms = moments.fitting(cells, one)
    if not forms:
        return options
    mapping = mapping_of(table, places)
    name = " ".join(table.names[place] for place in places)
    if forms[0] != TimeForm("iso"):
        asked += moments.questions(cells, name, one, forms)
    change = {"columns": {one.name: {**mapping, "timestamp": forms[0].as_json()}}}
    return merged(options, change)


def _about_numbers(table: TextTable, found: Columns, schema: Schema) -> list[Question]:
    numbers = [one for one in schema.fields if one.type.is_number and not one.type.is_moment]
    places = [place for one in numbers for place in found.places.get(one.name, ())]
    cells = [cell for place in places for cell in table.column(place)]
    missing = marks.markers(cells)
    # A wrong cell among them must not hide what all others say.
    about = marks.about_marks(
        [one for one in cells if one not in missing and NUMBER.fullmatch(one)]
    )
    return [*([marks.about_markers(missing)] if missing else []), *([about] if about else [])]
