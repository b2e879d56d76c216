"""From cells to values: what each field is read from and how, found once for an import."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ingestion.reading.formats.definition import ColumnMapping, FormatDefinition, TimeForm
from ingestion.reading.formats.names import normal_name
from ingestion.reading.formats.values.numbers import multiplied, number_text
from ingestion.reading.formats.values.times import Notes, Read, time_reader
from messages_app.schema.invisible import visible
from messages_app.schema.schema import Field, Schema
from messages_app.schema.types import Value
from messages_app.schema.validation import Invalid

# The value, or None where an optional field has none.
ReadText = Callable[[str], Value | None]


class FieldReader(NamedTuple):
    """How a field is read. ``places`` are those of its cells, none for a constant; ``label`` names
    them as the file does. ``text`` joins the cells; it raises IndexError where one is missing."""

    name: str
    label: str
    places: tuple[int, ...]
    text: Callable[[list[str]], str]
    value: ReadText


def is_optional(field: Field) -> bool:
    return not field.required


def field_readers(
    definition: FormatDefinition, schema: Schema, header: Sequence[str], notes: Notes
) -> list[FieldReader]:
    """The readers of the fields that are mapped, in the schema's order. ``header`` has all mapped
    columns."""
    names = [normal_name(name) for name in header]
    return [
        _reader(definition, field, definition.columns[field.name], names, notes)
        for field in schema.fields
        if field.name in definition.columns
    ]


def _reader(
    definition: FormatDefinition,
    field: Field,
    mapping: ColumnMapping,
    names: list[str],
    notes: Notes,
) -> FieldReader:
    read = value_reader(definition, field, mapping, notes)
    if mapping.constant is not None:
        constant = mapping.constant
        value = read(constant)
        return FieldReader(field.name, field.name, (), lambda _: constant, lambda _: value)
    places = tuple(names.index(normal_name(name)) for name in mapping.columns) or tuple(
        place - 1 for place in mapping.positions
    )
    label = " + ".join(mapping.columns) or field.name
    return FieldReader(field.name, label, places, _text_of(places), read)


def _text_of(places: tuple[int, ...]) -> Callable[[list[str]], str]:
    if len(places) == 1:
        (place,) = places
        return lambda cells: cells[place]
    return lambda cells: " ".join([cells[place].strip() for place in places]).strip()


def value_reader(
    definition: FormatDefinition, field: Field, mapping: ColumnMapping, notes: Notes
) -> ReadText:
    """What makes a value of a text. Raises ValueError where a form of times cannot be read."""
    read = _plain_reader(definition, field, mapping, notes)
    markers = frozenset(visible(text).casefold() for text in definition.missing)
    if not markers and not is_optional(field):
        return read

    def of_some(text: str) -> Value | None:
        seen = text.strip()
        if (seen if not seen else visible(seen).casefold()) not in markers and seen:
            return read(text)
        if is_optional(field):
            return None
        if not seen:
            raise Invalid("empty", "must not be empty")
        raise Invalid("no_value", f"is {seen}, which stands for no value: write the value")

    return of_some


def _plain_reader(
    definition: FormatDefinition, field: Field, mapping: ColumnMapping, notes: Notes
) -> Read:
    if field.type.is_moment:
        form = mapping.timestamp or TimeForm()
        return time_reader(form, field.type, definition.decimal_mark, notes)
    if not field.type.is_number:
        return field.type.from_text
    from_text = field.type.from_text
    clean = number_text(definition.decimal_mark, definition.thousands_mark)
    if mapping.factor is not None:
        clean = multiplied(clean, mapping.factor)
    elif definition.decimal_mark == ".":
        return _as_it_is_or(clean, from_text)
    return lambda text: from_text(clean(text))


def _as_it_is_or(clean: Callable[[str], str], from_text: Read) -> Read:
    """Most numbers need no cleaning: only what the type refuses is looked at again."""

    def read(text: str) -> Value:
        try:
            return from_text(text)
        except Invalid:
            return from_text(clean(text))

    return read
