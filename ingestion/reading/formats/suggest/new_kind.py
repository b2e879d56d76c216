"""A kind of record made up from a file: names, types, units, the time, what tells records apart."""

import re
import unicodedata
from typing import Any

from ingestion.reading.formats.names import unit_of
from ingestion.reading.formats.suggest.columns import DATE, EPOCH, NUMBER, holds
from ingestion.reading.formats.suggest.table import TextTable
from messages_app.schema.definition import MAX_FIELDS, MAX_LABEL, MAX_UNIT, RESERVED
from messages_app.schema.types import TYPES, Boolean, FieldType, Integer, Number, Text, Timestamp

_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_BOOLEANS = {"true", "false", "yes", "no"}
# Keys have little room: of text fields that are in them so much is taken at first.
_MAX_IDENTITY = 100


def new_kind(table: TextTable) -> dict[str, Any] | None:
    """A kind in the API's JSON; None for a file without times."""
    fields, names = [], list[str]()
    titles = table.names[:MAX_FIELDS]
    types = [_type(table, place) for place, _ in enumerate(titles)]
    for place, (title, type_) in enumerate(zip(titles, types, strict=True)):
        label, unit = unit_of(title)
        name = _unused(_allowed(_slug(label) or f"column_{place + 1}", type_), names)
        names.append(name)
        fields.append(
            {
                "name": name,
                "type": type_.name,
                "label": label[:MAX_LABEL] or name,
                # What stands in parentheses behind times is their zone.
                "unit": "" if type_.is_moment else unit[:MAX_UNIT],
                "required": len(table.column(place)) == len(table.rows),
                "rules": {},
            }
        )
    times = [place for place, one in enumerate(types) if one.is_moment]
    if not times:
        return None
    fields[times[0]]["required"] = True
    identity = _identity(table, names, fields, times[0])
    for one in fields:
        if one["name"] in identity:
            one["rules"] = {"max_length": _MAX_IDENTITY}
    return {
        "name": "",
        "label": "",
        "fields": fields,
        "time_field": names[times[0]],
        "identity": identity,
    }


def _type(table: TextTable, place: int) -> type[FieldType]:
    cells = table.column(place)
    if holds(table, place, DATE.fullmatch) or holds(table, place, EPOCH.fullmatch):
        return Timestamp
    if cells and {cell.casefold() for cell in cells} <= _BOOLEANS:
        return Boolean
    if cells and all(_INTEGER.fullmatch(cell) for cell in cells):
        return Integer
    return Number if holds(table, place, NUMBER.fullmatch) else Text


def _identity(
    table: TextTable, names: list[str], fields: list[dict[str, Any]], time: int
) -> list[str]:
    """The first text column that tells apart rows of one moment; of rows whose moments differ, the
    one that repeats."""
    moments = [row[time] for row in table.rows]
    for place, one in enumerate(fields):
        if TYPES[one["type"]]().key_length is None or not one["required"]:
            continue
        values = [row[place] for row in table.rows]
        tells = len({*zip(moments, values, strict=True)}) == len(moments)
        if tells and 1 < len({*values}) < len(values):
            return [names[place]]
    return []


def _slug(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50].lstrip("0123456789_")


def address_name(text: str) -> str:
    """The name of a kind, as addresses have it, after a text; '' where nothing of it can stand."""
    return _slug(text).replace("_", "-")[:40].strip("-")


def _allowed(name: str, type_: type[FieldType]) -> str:
    """A name that no field may have, or that ranges are asked for by, is made another one."""
    name = re.sub("_(min|max)$", r"_\1imum", name)
    if name not in RESERVED:
        return name
    return "measured_at" if type_.is_moment else f"{name}_value"


def _unused(name: str, names: list[str]) -> str:
    count, found = 1, name
    while found in names:
        count += 1
        found = f"{name}_{count}"
    return found
