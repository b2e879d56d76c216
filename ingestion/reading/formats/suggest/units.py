"""The question what numbers mean whose column has another unit than their field."""

from collections.abc import Iterator

from ingestion.reading.formats.names import unit_of
from ingestion.reading.formats.suggest.columns import Columns
from ingestion.reading.formats.suggest.question import Choice, Question
from ingestion.reading.formats.suggest.table import TextTable
from ingestion.reading.formats.values import units
from messages_app.schema.schema import Field, Schema


def questions(
    table: TextTable, below: list[str], found: Columns, schema: Schema
) -> Iterator[Question]:
    """One for each field whose column says another unit: in its name, or in the row ``below`` the
    header."""
    places = {name: some[0] for name, some in found.places.items() if len(some) == 1}
    stated = units.stated_below(below, places, schema, {})
    by_name = {one.field.name: one.unit for one in stated}
    for field in schema.fields:
        if field.name not in places or not _is_of_unit(field):
            continue
        unit = unit_of(table.names[places[field.name]])[1]
        if units.is_known(unit) and not units.is_same(unit, field.unit):
            by_name.setdefault(field.name, unit)
        if field.name in by_name:
            yield _question(field, by_name[field.name], table.column(places[field.name]))


def _is_of_unit(field: Field) -> bool:
    return bool(field.unit) and field.type.is_measure


def _question(field: Field, unit: str, cells: list[str]) -> Question:
    factor = units.factor(unit, field.unit)
    cell = cells[0] if cells else "1"
    own = Choice(
        f"They are in {field.unit} all the same",
        _value(field, unit, None),
        f"{cell} is {cell} {field.unit}",
    )
    text = f"{field.label} is kept in {field.unit}, but the column says {unit}."
    if factor is None:
        more = f"Numbers in {unit} have no exact factor: make a kind whose field is in {unit}."
        return Question("unit", field.name, f"{text} What are its numbers? {more}", [own])
    times = format(factor, "f")
    converted = Choice(
        f"They are in {unit}: each is multiplied by {times}",
        _value(field, unit, times),
        f"{cell} {unit} is {cell} times {times} {field.unit}",
    )
    return Question("unit", field.name, f"{text} What are its numbers?", [converted, own], 0)


def _value(field: Field, unit: str, factor: str | None) -> dict[str, object]:
    return {"columns": {field.name: {"unit": unit, "factor": factor}}}
