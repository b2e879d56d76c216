"""Which column is which field: by names, by what the cells hold, by order."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from ingestion.reading.formats.cells import is_optional
from ingestion.reading.formats.names import columns_by_names, normal_name, unit_of
from ingestion.reading.formats.suggest.question import Choice, Question
from ingestion.reading.formats.suggest.table import TextTable
from messages_app.schema.schema import Field, Schema

_TIME_NAMES = (
    *("timestamp", "datetime", "time", "date", "when", "moment", "ts", "epoch", "zeit", "datum"),
    *("zeitstempel", "zeitpunkt", "uhrzeit", "fecha", "hora", "heure", "horodatage", "recorded"),
    *("recordedat", "measuredat", "dateheure", "datetimeutc", "unixtime", "logged", "sampled"),
)
DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.](?:\d{1,2}|[A-Za-z]{3})[-/.]\d{2,4})(?:[T ].*)?"
    r"|\d{8}",
    re.ASCII,
)
_HOUR = re.compile(r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?", re.ASCII)
EPOCH = re.compile(r"[1-9]\d{8,18}(?:[.,]\d+)?", re.ASCII)
NUMBER = re.compile(r"[+-]?[\d.,' ]*\d[\d.,' ]*(?:[eE][+-]?\d+)?", re.ASCII)
# Takes away what a format said before of where a field is.
_NOWHERE: dict[str, object] = dict.fromkeys(("column", "columns", "position", "positions"))
_ALIKE = 0.75
_EXAMPLES = 2


@dataclass(slots=True)
class Columns:
    """The places of each field's columns; ``sure`` are the fields that are named outright. Of the
    others ``by`` has what their columns were found by: a key of ``_MATCHES``."""

    places: dict[str, tuple[int, ...]] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)
    by: dict[str, str] = field(default_factory=dict)


def find_columns(table: TextTable, schema: Schema) -> Columns:
    """The likely columns of each field."""
    found = Columns()
    for name, place in columns_by_names(table.header, schema).items():
        found.places[name] = (place,)
        found.sure.add(name)
    for by, match in _MATCHES.items():
        match(found, table, schema)
        for name in found.places:
            if name not in found.sure:
                found.by.setdefault(name, by)
    return found


def put_assigned(
    found: Columns, assigned: Mapping[int, str], table: TextTable, schema: Schema
) -> None:
    """What a person said of columns, by their places, is so: each is of that field, with the others
    of it, or of none."""
    places = {
        name: tuple(place for place in those if place not in assigned)
        for name, those in found.places.items()
    }
    for place, name in sorted(assigned.items()):
        if name in schema.by_name and place < len(table.names):
            places[name] = (*places.get(name, ()), place)
    found.places = {name: those for name, those in places.items() if those}


def mapping_of(table: TextTable, places: tuple[int, ...]) -> dict[str, object]:
    """Columns in a format's JSON."""
    if not table.header:
        where = [place + 1 for place in places]
        return {"position": where[0]} if len(where) == 1 else {"positions": where}
    names = [table.header[place] for place in places]
    return {"column": names[0]} if len(names) == 1 else {"columns": names}


def questions(table: TextTable, schema: Schema, found: Columns) -> list[Question]:
    """Which column is which, where names do not say it."""
    asked = []
    for one in schema.fields:
        if one.name in found.sure or (is_optional(one) and one.name not in found.places):
            continue
        places = found.places.get(one.name)
        choices = [_choice(table, one, (place,)) for place in range(len(table.names))]
        if places and len(places) > 1:
            choices.insert(0, _choice(table, one, places))
        value = mapping_of(table, places) if places else None
        chosen = next((n for n, each in enumerate(choices) if _chooses(each, one, value)), None)
        text = f"Which column is {one.label}?"
        asked.append(Question("column", one.name, text, choices, chosen))
    return asked


def _choice(table: TextTable, one: Field, places: tuple[int, ...]) -> Choice:
    examples = list(dict.fromkeys(_joined(table, places)))[:_EXAMPLES]
    text = " and ".join(table.names[place] for place in places)
    value = {"columns": {one.name: _NOWHERE | mapping_of(table, places)}}
    return Choice(text, value, ", ".join(examples))


def _chooses(choice: Choice, one: Field, mapping: dict[str, object] | None) -> bool:
    return mapping is not None and choice.value["columns"][one.name] == _NOWHERE | mapping


def _joined(table: TextTable, places: tuple[int, ...]) -> list[str]:
    return [" ".join(row[place].strip() for place in places).strip() for row in table.rows]


def _left(found: Columns, table: TextTable) -> list[int]:
    taken = {place for places in found.places.values() for place in places}
    return [place for place in range(len(table.names)) if place not in taken]


def _same_but_for_unit(found: Columns, table: TextTable, schema: Schema) -> None:
    """By names whose unit or zone is not the field's own."""
    plain = {place: normal_name(unit_of(table.names[place])[0]) for place in _left(found, table)}
    for one in schema.fields:
        known = {normal_name(one.name), normal_name(one.label)}
        places = [place for place, name in plain.items() if name in known]
        if one.name not in found.places and len(places) == 1 and _suits(table, places[0], one):
            found.places[one.name] = (places[0],)
            if one.type.is_moment:  # what is in parentheses is its zone
                found.sure.add(one.name)


def _same_time(found: Columns, table: TextTable, schema: Schema) -> None:
    """The time field: a column of moments, or one of dates beside one of times of day."""
    if schema.time_field in found.places:
        return
    left = _left(found, table)
    dates = [place for place in left if holds(table, place, _is_date)]
    hours = [place for place in left if holds(table, place, _HOUR.fullmatch)]
    whole = [place for place in dates if any(":" in cell for cell in table.column(place))]
    epochs = [place for place in left if holds(table, place, EPOCH.fullmatch)]
    named = [place for place in left if normal_name(unit_of(table.names[place])[0]) in _TIME_NAMES]
    if whole or epochs:
        best = [place for place in named if place in (*whole, *epochs)] or [*whole, *epochs]
        found.places[schema.time_field] = (best[0],)
    elif dates and hours:
        found.places[schema.time_field] = (dates[0], hours[0])
    elif dates or named:
        found.places[schema.time_field] = ((dates or named)[0],)


def _alike(found: Columns, table: TextTable, schema: Schema) -> None:
    """By names that are nearly the same, the nearest first."""
    pairs = [
        (_likeness(table.names[place], one), -place, one)
        for one in schema.fields
        for place in _left(found, table)
        if _suits(table, place, one)
    ]
    for likeness, place, one in sorted(pairs, key=lambda pair: pair[:2], reverse=True):
        is_free = -place in _left(found, table) and one.name not in found.places
        if likeness >= _ALIKE and is_free:
            found.places[one.name] = (-place,)


def _likeness(name: str, one: Field) -> float:
    plain = normal_name(unit_of(name)[0])
    known = (normal_name(one.name), normal_name(one.label))
    return max(SequenceMatcher(None, plain, other).ratio() for other in known)


def _in_order(found: Columns, table: TextTable, schema: Schema) -> None:
    """What is left, in the order of fields and columns, numbers and texts apart."""
    for one in schema.fields:
        if one.name in found.places or is_optional(one):
            continue
        suits = [place for place in _left(found, table) if _suits(table, place, one)]
        if suits:
            found.places[one.name] = (suits[0],)


def _suits(table: TextTable, place: int, one: Field) -> bool:
    """Whether a column may hold a field's values."""
    if one.type.is_moment:
        return holds(table, place, lambda cell: _is_date(cell) or bool(EPOCH.fullmatch(cell)))
    is_number = holds(table, place, NUMBER.fullmatch)
    return is_number if one.type.is_number else not is_number


def _is_date(cell: str) -> bool:
    return DATE.fullmatch(cell) is not None


_MATCHES: dict[str, Callable[[Columns, TextTable, Schema], None]] = {
    "unit": _same_but_for_unit,
    "values": _same_time,
    "name": _alike,
    "order": _in_order,
}


def holds(table: TextTable, place: int, test: Callable[[str], object]) -> bool:
    """Whether most cells of a column are of a sort."""
    cells = table.column(place)
    return sum(1 for cell in cells if test(cell)) > len(cells) / 2
