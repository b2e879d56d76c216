"""The columns of a file that is to be understood: what each becomes, and its first cells."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.formats.suggesting import FileAnswers, Suggested
from ingestion.pages.formats.answers_sent import COLUMN, CONSTANT
from ingestion.reading.formats.suggest.columns import Columns
from ingestion.reading.formats.suggest.suggestion import Suggestion
from ingestion.reading.sample import Sample
from messages_app.schema.schema import Field, Schema

# Further ones stay as they were suggested.
_MAX_SHOWN = 100
_ROWS_SHOWN = 6
_LINES_SHOWN, _BYTES_SHOWN = 5, 4000
# How sure a suggestion is: the class of its mark, and what it rests on.
_SURE = ("sure", "sure: it has the name")
_BY = {
    "unit": ("likely", "likely: the name, another unit"),
    "values": ("likely", "likely: it has times"),
    "name": ("likely", "likely: a similar name"),
    "order": ("guess", "a guess, by the order only"),
}


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """``chosen`` is the name of its field, '' for none, as is ``label``."""

    input: str
    name: str
    chosen: str
    label: str
    sureness: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class ConstantShown:
    """A field that no column has."""

    input: str
    field: Field
    text: str


def columns_context(
    found: Suggested, schema: Schema, answers: FileAnswers, sample: Sample
) -> dict[str, Any]:
    """What the template needs; ``sample`` is the beginning of the file."""
    suggestion = found.suggestion
    if suggestion is None:
        return {}
    table, likely = suggestion.table, suggestion.likely
    named = [name for name in likely.places if likely.by.get(name) != "order"]
    return {
        "columns": list(_columns(suggestion, schema)),
        "constants": [
            ConstantShown(f"{CONSTANT}{one.name}", one, answers.constants.get(one.name, ""))
            for one in schema.fields
            if one.name not in suggestion.places and one.name != schema.time_field
        ],
        "left_columns": max(len(table.names) - _MAX_SHOWN, 0),
        **file_context(found),
        "lines_above": _first_lines(sample)[: min(table.skipped, _LINES_SHOWN)],
        "is_other_kind": len(named) * 2 <= len(schema.required_names),
    }


def _first_lines(sample: Sample) -> list[str]:
    text = sample.text[:_BYTES_SHOWN].decode("utf-8", "replace")
    return text.lstrip("\ufeff").splitlines()


def file_context(found: Suggested | None) -> dict[str, Any]:
    """The first rows as they are."""
    if found is None or found.suggestion is None:
        return {}
    table = found.suggestion.table
    return {
        "names": table.names[:_MAX_SHOWN],
        "file_rows": [row[:_MAX_SHOWN] for row in table.rows[:_ROWS_SHOWN]],
    }


def _columns(suggestion: Suggestion, schema: Schema) -> Iterator[ColumnShown]:
    fields = {place: name for name, those in suggestion.places.items() for place in those}
    for place, name in enumerate(suggestion.table.names[:_MAX_SHOWN]):
        chosen = fields.get(place, "")
        label = schema.by_name[chosen].label if chosen else ""
        sureness = _sureness(suggestion.likely, place)
        yield ColumnShown(f"{COLUMN}{place}", name, chosen, label, sureness)


def _sureness(likely: Columns, place: int) -> tuple[str, str] | None:
    """Of what was suggested for a column, whatever was chosen since."""
    name = next((name for name, those in likely.places.items() if place in those), None)
    if name is None:
        return None
    return _SURE if name in likely.sure else _BY[likely.by[name]]
