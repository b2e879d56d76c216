"""A kind of record made up from a file: names, types, units, the time, what tells records apart."""

import re
import unicodedata
from typing import Any

from ingestion.reading.formats.names import unit_of
from ingestion.reading.formats.suggest.columns import DATE, EPOCH, NUMBER, holds
from ingestion.reading.formats.suggest.table import Table

_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_BOOLEANS = {"true", "false", "yes", "no"}
_MAX_FIELDS = 100


def new_kind(table: Table) -> dict[str, Any] | None:
    """A kind in the API's JSON; None for a file without times."""
    fields, names = [], list[str]()
    for place, title in enumerate(table.names[:_MAX_FIELDS]):
        label, unit = unit_of(title)
        name = _unused(_slug(label) or f"column_{place + 1}", names)
        names.append(name)
        fields.append(
            {
                "name": name,
                "type": _type(table, place),
                "label": label[:100] or name,
                "unit": unit[:20],
                "required": len(table.column(place)) == len(table.rows),
                "rules": {},
            }
        )
    times = [place for place, one in enumerate(fields) if one["type"] == "timestamp"]
    if not times:
        return None
    fields[times[0]]["required"] = True
    return {
        "name": "",
        "label": "",
        "fields": fields,
        "time_field": names[times[0]],
        "identity": _identity(table, names, fields, times[0]),
    }


def _type(table: Table, place: int) -> str:
    cells = table.column(place)
    if holds(table, place, DATE.fullmatch) or holds(table, place, EPOCH.fullmatch):
        return "timestamp"
    if cells and {cell.casefold() for cell in cells} <= _BOOLEANS:
        return "boolean"
    if cells and all(_INTEGER.fullmatch(cell) for cell in cells):
        return "integer"
    return "number" if holds(table, place, NUMBER.fullmatch) else "text"


def _identity(table: Table, names: list[str], fields: list[dict[str, Any]], time: int) -> list[str]:
    """The first text column that tells apart rows of one moment; of rows whose moments differ, the
    one that repeats."""
    moments = [row[time] for row in table.rows]
    for place, one in enumerate(fields):
        if one["type"] != "text" or not one["required"]:
            continue
        values = [row[place] for row in table.rows]
        tells = len({*zip(moments, values, strict=True)}) == len(moments)
        if tells and 1 < len({*values}) < len(values):
            return [names[place]]
    return []


def _slug(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50].lstrip("0123456789_")


def _unused(name: str, names: list[str]) -> str:
    count, found = 1, name
    while found in names:
        count += 1
        found = f"{name}_{count}"
    return found
